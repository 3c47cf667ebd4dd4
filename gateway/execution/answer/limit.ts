/** How large an answer may become, and how its writers say that one has become larger. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { CallContext } from '../../traffic/call/send.ts'
import type { Answer } from './answer.ts'

export interface AnswerLimit {
  /** Of JSON text; `Infinity` where nothing bounds it. */
  readonly bytes: number
  /** Told of each answer that was larger. */
  readonly exceeded: (context: CallContext) => void
}

/** Thrown, always the same object, where an answer has become too large to go on writing it. */
class AnswerTooLarge extends Error {}
export const TOO_LARGE = new AnswerTooLarge('the answer is too large')
TOO_LARGE.stack = ''

/** Characters of a leaf as JSON text, without what escapes may add. */
export function leafLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  return typeof value === 'object' ? JSON.stringify(value).length : 1
}

/** Characters of a path as JSON text, or so. */
export const pathLength = (path: readonly (string | number)[]): number =>
  path.reduce<number>((sum, segment) => sum + (typeof segment === 'string' ? segment.length : 4) + 3, 0)

/** The answer in place of one that is too large, which is counted. */
export function tooLarge({ bytes, exceeded }: AnswerLimit, context: CallContext): Answer {
  exceeded(context)
  const error = codedError('OPERATION_TOO_COMPLEX', `The answer is larger than ${bytes} bytes.`)
  return { body: Buffer.from('{"data":null}'), errors: [error] }
}
