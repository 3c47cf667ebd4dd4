/**
 * Parses JSON so that each number can be written again digit by digit. JavaScript holds a number as
 * a double, which makes `12345678901234567000` of `12345678901234567890`, `1.1` of `1.10` and
 * infinity of `1e400`. Where writing it would not give the same text, the number is parsed as a
 * `RawNumber`, which `JSON.stringify` writes as it was.
 */

/** Made by `JSON.rawJSON`: a frozen object. */
export interface RawNumber {
  readonly rawJSON: string
}

declare global {
  /** As of "JSON.parse source text access" (ECMAScript 2026), which Node has from 22 on. */
  interface JSON {
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
  }
}

/**
 * Where a number may stand that is written in another way: with an exponent, a zero at its end,
 * many digits, too small to be written without an exponent, or as `-0`. It is bounded everywhere,
 * so that it takes time linear in the text, and most characters are no beginning of it.
 */
const SUSPECT =
  /[[:,\s]-?\d(?:\d{0,14}(?:[eE]|\.\d{0,14}(?:[eE]|(?<=0)(?:[\],}\s]|$)))|[\d.]{15}|\.0{6}|(?<=-0)(?:[\],}\s]|$))/g
/** Longer than any that JavaScript writes. */
const TOKEN = /-?[\d.eE+-]{1,32}/y

/** @throws SyntaxError */
export function parseExact(text: string): unknown {
  if (!hasRawNumber(text)) return JSON.parse(text)
  try {
    return JSON.parse(text, (_name, value, { source }) =>
      typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value,
    )
  } catch (error) {
    // Nested more deeply than a reviver reaches, and so than anything is written again.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

/**
 * Whether the text may have such a number: what looks like one in a string is taken for it, too.
 */
function hasRawNumber(text: string): boolean {
  if (/^[-\d]/.test(text)) return true
  SUSPECT.lastIndex = 0
  for (let found = SUSPECT.exec(text); found; found = SUSPECT.exec(text)) {
    TOKEN.lastIndex = found.index + 1
    const token = TOKEN.exec(text)?.[0] ?? ''
    if (String(Number(token)) !== token) return true
    SUSPECT.lastIndex = TOKEN.lastIndex
  }
  return false
}

export const isRawNumber = (value: unknown): value is RawNumber => JSON.isRawJSON(value)

/** The number that a value is, as near as JavaScript comes; `undefined` where it is none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}
