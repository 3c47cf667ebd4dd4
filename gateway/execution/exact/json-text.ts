/**
 * Writes JSON strings faster than `JSON.stringify` where nothing needs escaping, which is nearly
 * always; the text is the same.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters JSON escapes
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

/** A string as JSON text. */
export const quote = (value: string): string => (NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`)

/** Any JSON value as text. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? quote(value) : JSON.stringify(value))
