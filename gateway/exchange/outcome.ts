/**
 * The outcome of an operation as the client sees it, for answers and for each event of a
 * subscription.
 */
import type { GraphQLFormattedError } from 'graphql'
import type { Named } from '../../platform/protocol/trace-context.ts'
import type { Mask } from '../errors/mask.ts'
import type { Answer } from '../execution/answer/answer.ts'

/** Without `body` the operation never ran. */
export interface Outcome {
  /** `{"data":…}` in UTF-8, without the errors. */
  readonly body?: Buffer
  /** Already masked. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** What the client asked to be told besides. */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
  /** Where a subscription resumes after this event. */
  readonly cursor?: string
}

/** The answers of a subscription. `return` ends it at once, whatever it waits for. */
export type Events = AsyncGenerator<Outcome, void, undefined>

export function outcomeOf({ body, errors }: Answer, request: Named, mask: Mask): Outcome {
  return errors.length === 0 ? { body } : { body, errors: errors.map((error) => mask(error, request)) }
}

/** The whole answer. Errors come first, so that readers of a long answer see them. */
export function bytesOf({ body, errors, extensions }: Outcome): Buffer {
  if (!errors && !extensions) return body ?? Buffer.from('{}')
  const parts = Object.entries({ errors, extensions }).filter(([, value]) => value !== undefined)
  const before = `{${parts.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join()}`
  return body ? Buffer.concat([Buffer.from(`${before},`), body.subarray(1)]) : Buffer.from(`${before}}`)
}
