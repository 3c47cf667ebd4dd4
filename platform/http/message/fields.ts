/**
 * What HTTP fields are made of (RFC 9110, section 5): names, values, lists. Linear in the text,
 * whoever wrote it.
 */

const NAME = /^[\w!#$%&'*+.^`|~-]+$/
/** What would end a line, or be another letter in latin1. */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/

export const isFieldName = (text: string): boolean => NAME.test(text)

/** Whether a value can be sent, and is one line then. */
export const isFieldValue = (text: string): boolean => !UNFIT.test(text)

/**
 * The items of a list, without the blanks around them; empty ones are left out. A separator in a
 * quoted string is none.
 */
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

/** Where blanks that begin at `at` end. */
export function skipBlanks(text: string, at: number): number {
  let end = at
  while (text[end] === ' ' || text[end] === '\t') end += 1
  return end
}
