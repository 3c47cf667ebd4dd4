/** Reads objects by foreign names, ignoring what every JavaScript object inherits. */

/** The object's own value; `undefined` if there is none. */
export const own = <Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined
