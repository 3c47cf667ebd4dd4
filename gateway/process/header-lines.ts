/** Writes headers as HTTP/1.1 has them (RFC 9110, section 5.5), of requests and answers alike. */

/** What would end a line, or be another letter in latin1. */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/

/**
 * In latin1.
 * @param headers names and values in turn
 * @throws Error where a header could be mistaken for more than one
 */
export function headerLines(headers: readonly string[]): string {
  let text = ''
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? ''
    if (UNFIT.test(value)) throw new Error(`the header "${headers[index]}" cannot be sent`)
    text += `${headers[index]}: ${value}\r\n`
  }
  return text
}
