/** Columns as array literals: one parameter costs the same for any number of values. */

/** A literal of numbers, ISO instants, enum values or hexadecimal digits, which need no quoting. */
export const plainArray = (values: readonly (bigint | string | null)[]): string =>
  literal(values, (value) => `${value}`)

/** A literal of any texts. */
export const textArray = (values: readonly (string | null)[]): string =>
  literal(values, (value) => `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`)

/** Omits nulls at the end: `unnest` adds them to shorter columns, and most columns are all null. */
function literal<Value>(values: readonly (Value | null)[], textOf: (value: Value) => string): string {
  const length = values.findLastIndex((value) => value !== null) + 1
  let text = '{'
  for (let at = 0; at < length; at += 1) {
    const value = values[at] as Value | null
    text += `${at === 0 ? '' : ','}${value === null ? 'NULL' : textOf(value)}`
  }
  return `${text}}`
}
