/** Checks that arguments of several mutations share. */
import { codedError } from '../../gateway/protocol/errors.ts'

/** Every mutation is retried under its key. */
export interface Keyed {
  readonly idempotencyKey: string
}

export const MAX_KEY = 64

/** A coded error that names the argument. */
export const badInput = (argument: string, expected: string): Error =>
  codedError('BAD_USER_INPUT', `"${argument}" ${expected}.`)

/** 1 to 64 characters, none of them invisible. @throws BAD_USER_INPUT */
export function idempotencyKey(key: string): string {
  if (isText(key, MAX_KEY) && key.length > 0) return key
  throw badInput('idempotencyKey', `must have 1 to ${MAX_KEY} characters and no control characters`)
}

/** At least 1; the scalar has seen to the upper end. @throws BAD_USER_INPUT */
export function amountToMove(amount: bigint): bigint {
  if (amount >= 1n) return amount
  throw badInput('amount', 'must be at least 1')
}

/** Null where it is missing or blank. @throws BAD_USER_INPUT when too long or not plain text */
export function optionalText(argument: string, text: string | null | undefined, longest: number): string | null {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return null
  if (isText(trimmed, longest)) return trimmed
  throw badInput(argument, `must have at most ${longest} characters and no control characters`)
}

/** Counted in characters as people see them in a database: code points. */
function isText(text: string, longest: number): boolean {
  return text.length <= longest * 2 && [...text].length <= longest && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

/** @throws BAD_USER_INPUT when missing, too long or not plain text */
export function requiredText(argument: string, text: string, longest: number): string {
  const given = optionalText(argument, text, longest)
  if (given !== null) return given
  throw badInput(argument, `must have 1 to ${longest} characters`)
}

/** @throws BAD_USER_INPUT outside the range, both ends of which are allowed */
export function wholeNumber(argument: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw badInput(argument, `must be from ${least} to ${most}`)
}
