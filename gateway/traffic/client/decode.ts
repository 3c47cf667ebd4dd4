/** Decodes answers whose body was compressed, never over the limit. */
import { decoderOf } from '../../../platform/http/message/content-coding.ts'
import { CallFailure } from '../call/failure.ts'
import { MAX_BODY, NOTHING, tooLarge } from './body.ts'
import type { HttpAnswer } from './http-answer.ts'

export const isEncoded = (fields: HttpAnswer['fields']): boolean => fields.has('content-encoding')

/**
 * Rejects with a `CallFailure`, but keeps the status of a refusal. @param most decoded bytes of the
 * body
 */
export async function decodeAnswer(answer: HttpAnswer, most: number = MAX_BODY): Promise<HttpAnswer> {
  const decode = decoderOf(answer.fields.get('content-encoding'))
  const { body } = answer
  if (decode === 'nothing' || body.length === 0) return answer
  try {
    if (!decode) throw new CallFailure('answer', 'the answer has an unknown content encoding')
    return { ...answer, body: await decode(body, { maxOutputLength: most }), loan: undefined }
  } catch (error) {
    if (answer.status >= 400) return { ...answer, body: NOTHING }
    if (error instanceof CallFailure) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most)
    throw new CallFailure('answer', 'the answer does not match its content encoding', { cause: error })
  }
}
