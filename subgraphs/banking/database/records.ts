/**
 * Rows as one array literal of records: a batch is one parameter for each table, and is read back
 * as a few strings. Each parameter and each column costs the same for one row as for hundreds.
 */

/**
 * A field that needs no quoting: a number, an ISO instant, an enum value, hexadecimal digits, or
 * what `quoted` gives; null is empty.
 */
type Field = bigint | string | null

/** A literal of records: `fieldsOf` gives the fields of one in the order of its type's. */
export function recordArray<Row>(rows: Iterable<Row>, fieldsOf: (row: Row) => readonly Field[]): string {
  let text = ''
  for (const row of rows) text += `${text === '' ? '' : ','}"(${fieldsOf(row).join(',')})"`
  return `{${text}}`
}

/** Any text as a field, quoted for its record and again for the array. */
export const quoted = (text: string | null): string | null =>
  text === null ? null : `\\"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\\\\\$&') : text}\\"`

/**
 * Reads the text of `array_agg((…))::text` for columns that need no quoting; null means no rows, an
 * empty field means null.
 * @typeParam Fields those columns
 */
export const readPlainRecords = <Fields extends readonly string[]>(literal: string | null): Fields[] =>
  literal === null
    ? []
    : literal
        .slice(3, -3)
        .split(')","(')
        .map((record) => record.split(',') as readonly string[] as Fields)
