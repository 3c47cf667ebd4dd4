/** Columns as array literals: one parameter costs the same however many values it holds, where a parameter for each would cost most. */

/** A literal of numbers, ISO instants, enum values or hexadecimal digits: nothing in it needs quoting. */
export const plainArray = (values: readonly (bigint | string | null)[]): string =>
  literal(values, (value) => `${value}`)

/** A literal of any texts. */
export const textArray = (values: readonly (string | null)[]): string =>
  literal(values, (value) => `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`)

/** Nulls at the end are left out: `unnest` fills the shorter columns with them, and most columns of most batches are nothing else. */
function literal<Value>(values: readonly (Value | null)[], textOf: (value: Value) => string): string {
  const length = values.findLastIndex((value) => value !== null) + 1
  let text = '{'
  for (let at = 0; at < length; at += 1) {
    const value = values[at] as Value | null
    text += `${at === 0 ? '' : ','}${value === null ? 'NULL' : textOf(value)}`
  }
  return `${text}}`
}
