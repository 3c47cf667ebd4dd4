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
 * Where a number may stand that is written in another way: with many digits, an exponent, a zero at
 * its end, as `-0`, or too small to be written without an exponent. Bounded everywhere, so that it
 * takes time linear in the text.
 */
const SUSPECT =
  /(?:^|[[:,\s])-?(?:[\d.]{16}|\d{1,15}(?:\.\d{1,15})?[eE]|\d{1,15}\.\d{0,14}0(?:[\],}\s]|$)|0\.0{6}|(?<=-)0(?:[\],}\s]|$))/g
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

/** Whether the text may have such a number; inside a string is taken for one, too. */
function hasRawNumber(text: string): boolean {
  SUSPECT.lastIndex = 0
  for (let found = SUSPECT.exec(text); found; found = SUSPECT.exec(text)) {
    TOKEN.lastIndex = found.index + (/^[-\d]/.test(found[0]) ? 0 : 1)
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
