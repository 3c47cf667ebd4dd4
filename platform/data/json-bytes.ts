/**
 * Reads single JSON values in bytes: each function takes where a value begins and returns where it
 * ends. What is not plainly well-formed is a surprise. Whether the bytes are UTF-8 is checked
 * elsewhere, once an answer.
 */

class Surprise extends Error {}
/** Thrown, always the same object, where an answer is not what was expected. */
export const SURPRISE = new Surprise('surprise')
SURPRISE.stack = ''

// Each module that reads bytes has its own: a constant of another one is loaded each time.
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const MINUS = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const N = 0x6e
const U = 0x75

/** By the byte behind a backslash. */
const ESCAPES = new Uint8Array(256)
for (const character of '"\\/bfnrt') ESCAPES[character.charCodeAt(0)] = 1

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE

/** The highest bit of each byte of a word. */
const HIGH_BITS = 0x80808080 | 0

/** For each byte of a word that is zero, its highest bit, and perhaps those of bytes above. */
const zeros = (word: number): number => (word - 0x01010101) & ~word

/**
 * Position of the first quote, backslash or control character; or of the last bytes of the view, if
 * they are no whole word.
 */
function skipPlain(view: DataView, at: number): number {
  const last = view.byteLength - 4
  let position = at
  for (; position <= last; position += 4) {
    const word = view.getInt32(position, true)
    const controls = (word - 0x20202020) & ~word
    const ends = (zeros(word ^ 0x22222222) | zeros(word ^ 0x5c5c5c5c) | controls) & HIGH_BITS
    // Only the lowest bit is certain.
    if (ends !== 0) return position + ((31 - Math.clz32(ends & -ends)) >> 3)
  }
  return position
}

/** Behind the closing quote. @param at behind the opening one @param view of the same bytes */
export function skipText(bytes: Uint8Array, view: DataView, at: number): number {
  let position = at
  for (;;) {
    position = skipPlain(view, position)
    const byte = bytes[position++] as number
    if (byte === QUOTE) return position
    if (byte === BACKSLASH) {
      const escaped = bytes[position++] as number
      if (escaped === U) position = skipHex(bytes, position)
      else if (ESCAPES[escaped] !== 1) throw SURPRISE
    }
    // Past the end a byte is undefined, and no comparison holds.
    else if (!(byte >= SPACE)) throw SURPRISE
  }
}

function skipHex(bytes: Uint8Array, at: number): number {
  for (let position = at; position < at + 4; position++) {
    const byte = bytes[position] as number
    const isHex = isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
    if (!isHex) throw SURPRISE
  }
  return at + 4
}

export function skipString(bytes: Uint8Array, view: DataView, at: number): number {
  if (bytes[at] !== QUOTE) throw SURPRISE
  return skipText(bytes, view, at + 1)
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let position = at
  while (isDigit(bytes[position])) position++
  if (position === at) throw SURPRISE
  return position
}

/** The digits before a fraction: no zero leads others. */
function skipWhole(bytes: Uint8Array, at: number): number {
  const begin = bytes[at] === MINUS ? at + 1 : at
  if (bytes[begin] !== ZERO) return skipDigits(bytes, begin)
  if (isDigit(bytes[begin + 1])) throw SURPRISE
  return begin + 1
}

const LONGEST_NUMBER = 200 // characters: with an exponent of two digits, such a number is finite

/** A number that a double holds as finite; one with a long exponent is a surprise. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  const end = skipNumeral(bytes, at, 2)
  if (end - at > LONGEST_NUMBER) throw SURPRISE
  return end
}

/** A number of any size (RFC 8259, section 6). */
function skipNumeral(bytes: Uint8Array, at: number, longestExponent = Number.POSITIVE_INFINITY): number {
  let position = skipWhole(bytes, at)
  if (bytes[position] === DOT) position = skipDigits(bytes, position + 1)
  if (((bytes[position] as number) | 0x20) !== 0x65) return position
  const sign = bytes[position + 1]
  const digits = sign === PLUS || sign === MINUS ? position + 2 : position + 1
  position = skipDigits(bytes, digits)
  if (position - digits > longestExponent) throw SURPRISE
  return position
}

/** A whole number of any length, as an ID may be. */
export function skipWholeNumber(bytes: Uint8Array, at: number): number {
  const end = skipWhole(bytes, at)
  if (bytes[end] === DOT || ((bytes[end] as number) | 0x20) === 0x65 || end - at > LONGEST_NUMBER) throw SURPRISE
  return end
}

/** A whole number of 32 bits. */
export function skipInt(bytes: Uint8Array, at: number): number {
  const end = skipWholeNumber(bytes, at)
  if (end - at < 10) return end
  if (end - at > 11) throw SURPRISE
  let value = 0
  for (let position = bytes[at] === MINUS ? at + 1 : at; position < end; position++)
    value = value * 10 + ((bytes[position] as number) - ZERO)
  if (value > (bytes[at] === MINUS ? 2_147_483_648 : 2_147_483_647)) throw SURPRISE
  return end
}

function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word.charCodeAt(index)) throw SURPRISE
  return at + word.length
}

export const skipNull = (bytes: Uint8Array, at: number): number => skipWord(bytes, at, 'null')

export const skipBoolean = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0x74 ? skipWord(bytes, at, 'true') : skipWord(bytes, at, 'false')

const MAX_DEPTH = 200 // levels inside a value that is passed on as a whole

/** Any value at all, without white space between its parts. */
export function skipValue(bytes: Uint8Array, view: DataView, at: number, depth = 0): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipText(bytes, view, at + 1)
    case OPEN_BRACE:
      return skipMembers(bytes, view, at + 1, depth + 1)
    case OPEN_BRACKET:
      return skipItems(bytes, view, at + 1, depth + 1)
    case 0x74:
    case 0x66:
      return skipBoolean(bytes, at)
    case N:
      return skipNull(bytes, at)
    default:
      return skipNumber(bytes, at)
  }
}

/** What is no object and no list; a number may be of any size. */
export const skipScalar = (bytes: Uint8Array, view: DataView, at: number): number =>
  bytes[at] === MINUS || isDigit(bytes[at]) ? skipNumeral(bytes, at) : skipValue(bytes, view, at)

/** Where white space ends. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let position = at
  for (let byte = bytes[at]; byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[position])
    position++
  return position
}

function skipMembers(bytes: Uint8Array, view: DataView, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw SURPRISE
  if (bytes[at] === CLOSE_BRACE) return at + 1
  let position = at
  for (;;) {
    position = skipString(bytes, view, position)
    if (bytes[position++] !== COLON) throw SURPRISE
    position = skipValue(bytes, view, position, depth)
    const next = bytes[position++]
    if (next === CLOSE_BRACE) return position
    if (next !== COMMA) throw SURPRISE
  }
}

function skipItems(bytes: Uint8Array, view: DataView, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw SURPRISE
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  let position = at
  for (;;) {
    position = skipValue(bytes, view, position, depth)
    const next = bytes[position++]
    if (next === CLOSE_BRACKET) return position
    if (next !== COMMA) throw SURPRISE
  }
}
