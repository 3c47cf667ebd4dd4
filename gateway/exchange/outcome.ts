/**
 * The outcome of an operation as the client sees it, for answers and for each event of a
 * subscription.
 */
import type { GraphQLFormattedError } from 'graphql'
import type { Mask } from '../errors/mask.ts'
import type { Answer } from '../execution/answer/answer.ts'

/** Without `body` the operation never ran. */
export interface Outcome {
  /** `{"data":…}` in UTF-8, without the errors. */
  readonly body?: Buffer
  /** Already masked. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** Where a subscription resumes after this event. */
  readonly cursor?: string
}

/** The answers of a subscription. `return` ends it at once, whatever it waits for. */
export type Events = AsyncGenerator<Outcome, void, undefined>

export function outcomeOf({ body, errors }: Answer, requestId: string, mask: Mask): Outcome {
  return errors.length === 0 ? { body } : { body, errors: errors.map((error) => mask(error, requestId)) }
}

/** The whole answer. Errors come first, so that readers of a long answer see them. */
export function bytesOf({ body, errors }: Outcome): Buffer {
  if (!errors) return body ?? Buffer.from('{}')
  const before = `{"errors":${JSON.stringify(errors)}`
  return body ? Buffer.concat([Buffer.from(`${before},`), body.subarray(1)]) : Buffer.from(`${before}}`)
}
