/** Bounds the size of an answer, and says how its writers report that it is exceeded. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { CallContext } from '../../traffic/call/send.ts'
import type { Answer } from './answer.ts'

export interface AnswerLimit {
  /** Bytes of JSON text; `Infinity` for no bound. */
  readonly bytes: number
  /** Called for each answer that was larger. */
  readonly exceeded: (context: CallContext) => void
}

/** Thrown, always as the same object, when an answer becomes too large. */
class AnswerTooLarge extends Error {}
export const TOO_LARGE = new AnswerTooLarge('the answer is too large')
TOO_LARGE.stack = ''

/** Characters of a leaf as JSON text, not counting escapes. */
export function leafLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  return typeof value === 'object' ? JSON.stringify(value).length : 1
}

/** Approximate characters of a path as JSON text. */
export const pathLength = (path: readonly (string | number)[]): number =>
  path.reduce<number>((sum, segment) => sum + (typeof segment === 'string' ? segment.length : 4) + 3, 0)

/** The answer that replaces one that is too large. Counts it. */
export function tooLarge({ bytes, exceeded }: AnswerLimit, context: CallContext): Answer {
  exceeded(context)
  const error = codedError('OPERATION_TOO_COMPLEX', `The answer is larger than ${bytes} bytes.`)
  return { body: Buffer.from('{"data":null}'), errors: [error] }
}
