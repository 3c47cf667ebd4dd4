/**
 * Rows as columns: a batch crosses to the database as a few array literals and comes back as a few strings.
 * One text parameter costs Prisma the same however many rows it holds; a parameter or a value a row would cost most of a batch's time.
 */

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

/** What `array_agg(…)::text` gives for numbers, instants and enum values; null stands for no rows. */
export function readPlainArray(literal: string | null): (string | null)[] {
  if (literal === null || literal === '{}') return []
  return literal
    .slice(1, -1)
    .split(',')
    .map((value) => (value === 'NULL' ? null : value))
}

/** What `array_to_json(array_agg(…))::text` gives for texts. */
export const readTextArray = (json: string | null): (string | null)[] =>
  json === null ? [] : (JSON.parse(json) as (string | null)[])
