/**
 * Reads objects by names that others choose: what every JavaScript object inherits is nobody's
 * data.
 */

/** The object's own value; `undefined` where it has none of that name. */
export const own = <Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

/**
 * Whether every object answers to the name: `constructor`, `toString`, `__proto__` and their like.
 */
export const isInherited = (name: string): boolean => name in Object.prototype
