/** Reads objects by foreign names, ignoring what every JavaScript object inherits. */

/** The object's own value; `undefined` if there is none. */
export const own = <Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

/**
 * The same without what objects inherit, for libraries that read inherited members: graphql-js
 * takes `constructor` for a field of every input object.
 */
export function ownOnly<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(ownOnly) as Value
  const copy = Object.create(null) as Record<string, unknown>
  for (const name in value) copy[name] = ownOnly(value[name])
  return copy as Value
}
