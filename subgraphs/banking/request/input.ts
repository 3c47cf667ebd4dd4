/** Checks that arguments of several mutations share. */
import { hash } from 'node:crypto'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Unknown } from '../ledger/request.ts'

/** Every mutation is retried under its key. */
export interface Keyed {
  readonly idempotencyKey: string
}

/** A command with its key. */
export type Asked<Command> = Keyed & { readonly command: Command }

/**
 * The part of a command for given ids that name nothing here, and so are null in it.
 * @param ids each as it was read, and as it was given
 */
export function unknownIn(...ids: readonly (readonly [read: string | null, given: string])[]): Unknown {
  const unknown = ids.flatMap(([read, given]) => (read === null ? hash('sha256', given, 'base64url') : []))
  return unknown.length === 0 ? {} : { unknown }
}

const MAX_KEY = 64 // characters

/** A coded error that names the argument. */
export const badInput = (argument: string, expected: string): Error =>
  codedError('BAD_USER_INPUT', `"${argument}" ${expected}.`)

/** 1 to 64 characters, none of them invisible. @throws BAD_USER_INPUT */
export function idempotencyKey(key: string): string {
  if (isText(key, MAX_KEY) && key.length > 0) return key
  throw badInput('idempotencyKey', `must have 1 to ${MAX_KEY} characters and no control or invisible characters`)
}

/** At least 1; the scalar checks the upper end. @throws BAD_USER_INPUT */
export function amountToMove(amount: bigint): bigint {
  if (amount >= 1n) return amount
  throw badInput('amount', 'must be at least 1')
}

/** Null if it is missing or blank. @throws BAD_USER_INPUT when too long or not plain text */
export function optionalText(argument: string, text: string | null | undefined, longest: number): string | null {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return null
  if (isText(trimmed, longest)) return trimmed
  throw badInput(argument, `must have at most ${longest} characters and no control or invisible characters`)
}

/**
 * Invisible characters, and those that reorder visible ones: controls, line separators,
 * bidirectional marks and overrides, zero-width characters, fillers, tags. Unicode's own list of
 * characters that are not displayed, without joiners and variation selectors, which text may need.
 */
const HIDDEN =
  /[\p{Cc}\p{Zl}\p{Zp}\ufff9-\ufffb]|(?!\u200c|\u200d|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])\p{Default_Ignorable_Code_Point}/u

/** Scripts that are written with joiners. */
const JOINED = ['Arab', 'Syrc', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr']
  .map((script) => `\\p{scx=${script}}`)
  .join('')

/**
 * A joiner after a character that it cannot join (U+200D also joins emoji), and a variation
 * selector after nothing visible.
 */
const MISPLACED = new RegExp(
  `(?<![${JOINED}])\\u200c|(?<![${JOINED}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d|` +
    '(?<![^\\p{Default_Ignorable_Code_Point}\\s])[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]',
  'u',
)

/** Counts code points, as PostgreSQL does. */
function isText(text: string, longest: number): boolean {
  const fits = text.length <= longest * 2 && [...text].length <= longest
  return fits && text.isWellFormed() && !HIDDEN.test(text) && !MISPLACED.test(text)
}

/** @throws BAD_USER_INPUT when missing, too long or not plain text */
export function requiredText(argument: string, text: string, longest: number): string {
  const given = optionalText(argument, text, longest)
  if (given !== null) return given
  throw badInput(argument, `must have 1 to ${longest} characters`)
}

/** What is written over letters, in any script: a search that ignores accents leaves it out. */
const ACCENTS = /\p{Script=Inherited}/gu

/**
 * The text to search for; null if not given. One that is blank but for accents is refused: it would
 * match everything.
 * @throws BAD_USER_INPUT when too short, too long or not plain text
 */
export function searchText(
  argument: string,
  text: string | null | undefined,
  longest: number,
  shortest = 1,
): string | null {
  if (text == null) return null
  const given = optionalText(argument, text, longest)
  if (given !== null && given.normalize().replace(ACCENTS, '').length >= shortest) return given
  throw badInput(argument, `must have ${shortest} to ${longest} characters`)
}

/** @throws BAD_USER_INPUT outside the range, both ends of which are allowed */
export function wholeNumber(argument: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw badInput(argument, `must be from ${least} to ${most}`)
}
