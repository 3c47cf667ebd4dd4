/** Writes headers as HTTP/1.1 has them (RFC 9110, section 5.5), of requests and answers alike. */
import { isFieldValue } from './fields.ts'

/**
 * Gives the lines of headers, names and values in turn, in latin1. @throws Error where a header
 * could be mistaken for more than one
 */
export type WriteHeaderLines = (headers: readonly string[]) => string

interface Line {
  readonly name: string
  readonly value: string
  readonly text: string
}

/**
 * One after the other they differ in a line or two: each is compared with the one in its place
 * before, and written where it is another.
 */
export function createHeaderWriter(): WriteHeaderLines {
  const before: Line[] = []
  return (headers) => {
    let text = ''
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] ?? ''
      const value = headers[index + 1] ?? ''
      let line = before[index / 2]
      if (line?.name !== name || line.value !== value) {
        if (!isFieldValue(value)) throw new Error(`the header "${name}" cannot be sent`)
        line = { name, value, text: `${name}: ${value}\r\n` }
        before[index / 2] = line
      }
      text += line.text
    }
    return text
  }
}
