/** Writes HTTP/1.1 header lines (RFC 9110, section 5.5) for requests and answers. */
import { isFieldValue } from './fields.ts'

/**
 * Takes names and values in turn, and returns latin1 lines. @throws Error for a value that would
 * inject another header
 */
type WriteHeaderLines = (headers: readonly string[]) => string

interface Line {
  name: string
  value: string
  text: string
}

/**
 * Successive messages differ in a line or two, so lines equal to the one in the same place before
 * are reused.
 */
export function createHeaderWriter(): WriteHeaderLines {
  const before: Line[] = []
  return (headers) => {
    let lines = ''
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] ?? ''
      const value = headers[index + 1] ?? ''
      let line = before[index / 2]
      if (line?.name !== name || line.value !== value) {
        if (!isFieldValue(value)) throw new Error(`the header "${name}" cannot be sent`)
        const text = `${name}: ${value}\r\n`
        if (line) {
          line.name = name
          line.value = value
          line.text = text
        } else {
          line = { name, value, text }
          before[index / 2] = line
        }
      }
      lines += line.text
    }
    return lines
  }
}
