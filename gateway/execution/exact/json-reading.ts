/**
 * Takes single values out of a JSON text from where a reading stands, and leaves it behind them.
 * What looks odd is `JSON.parse`'s to judge.
 */

// Character codes.
export const QUOTE = 0x22
export const COMMA = 0x2c
const ZERO = 0x30
const NINE = 0x39
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** Thrown, always the same object, where the text is not what is expected. */
export const SURPRISE = new Error('surprise')

export interface Reading {
  readonly text: string
  /** Whether any string of it may hold an escape. */
  readonly escapes: boolean
  /** The next character. */
  at: number
}

/** A string. */
export function readString(reading: Reading): unknown {
  const { text, escapes, at } = reading
  const end = text.indexOf('"', at + 1)
  if (end < 0) throw SURPRISE
  const value = text.slice(at + 1, end)
  if (escapes && value.includes('\\')) {
    reading.at = endOfString(text, at)
    return JSON.parse(text.slice(at, reading.at))
  }
  reading.at = end + 1
  return value
}

/** A number, `true`, `false` or `null`. */
export function readWord(reading: Reading): unknown {
  const { text, at } = reading
  let end = at
  let number = 0
  let isPlain = true
  for (; ; end++) {
    const character = text.charCodeAt(end)
    if (character === COMMA || character === CLOSE_BRACE || character === CLOSE_BRACKET) break
    if (Number.isNaN(character)) throw SURPRISE
    if (character >= ZERO && character <= NINE) number = number * 10 + character - ZERO
    else isPlain = false
  }
  reading.at = end
  const length = end - at
  if (isPlain && length > 0 && length < 10 && (length === 1 || text.charCodeAt(at) !== ZERO)) return number
  return JSON.parse(text.slice(at, end))
}

/** An object or a list as a whole. */
export function readNested(reading: Reading): unknown {
  const { text, at } = reading
  let depth = 0
  let end = at
  do {
    const character = text.charCodeAt(end)
    if (character === QUOTE) {
      end = endOfString(text, end)
      continue
    }
    if (character === OPEN_BRACE || character === OPEN_BRACKET) depth++
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth--
    else if (Number.isNaN(character)) throw SURPRISE
    end++
  } while (depth > 0)
  reading.at = end
  return JSON.parse(text.slice(at, end))
}

/** Behind the closing quote of the string that begins here. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text[before] === '\\') before--
    if ((end - before) % 2 === 1) return end + 1
  }
  throw SURPRISE
}
