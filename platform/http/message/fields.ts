/** HTTP field names, values and lists (RFC 9110, section 5). Takes linear time on any input. */

const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** Characters that would end the line, or that latin1 lacks. */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/

export const isFieldName = (text: string): boolean => NAME.test(text)

/** Whether a value can be sent as one line. */
export const isFieldValue = (text: string): boolean => !UNFIT.test(text)

/** Headers that are given as names and values in turn. */
export const pairsOf = (headers: readonly string[]): [name: string, value: string][] =>
  headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as [string, string]] : []))

/** The items of a list, trimmed, without empty ones. Separators in quoted strings do not count. */
export function listItems(text: string, separator: ',' | ';' = ','): string[] {
  const items: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '"') isQuoted = !isQuoted
    else if (letter === '\\' && isQuoted) at += 1
    else if (letter === separator && !isQuoted) {
      items.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  items.push(text.slice(start).trim())
  return items.filter((item) => item !== '')
}

/** The position after the blanks that begin at `at`. */
export function skipBlanks(text: string, at: number): number {
  let end = at
  while (text[end] === ' ' || text[end] === '\t') end += 1
  return end
}
