/**
 * Rows as columns: a batch crosses to the database as a few array literals and comes back as a few strings.
 * One text parameter costs Prisma the same however many rows it holds; a parameter or a value a row would cost most of a batch's time.
 */

/** A literal of numbers, ISO instants, enum values or hexadecimal digits: nothing in it needs quoting. */
export const plainArray = (values: readonly (bigint | string | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`

/** A literal of any texts. */
export const textArray = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? 'NULL' : `"${value.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`

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
