/**
 * The outcome of an operation as the client sees it, for answers and for each event of a
 * subscription.
 */
import type { GraphQLFormattedError } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'
import type { Answer } from '../execution/answer/answer.ts'
import { maskThrown } from './mask.ts'

/** Without `data` the operation never ran. */
export interface Outcome {
  /** JSON text. */
  readonly data?: string
  /** Already masked. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** Where a subscription resumes after this event. */
  readonly cursor?: string
}

/** The answers of a subscription. `return` ends it at once, whatever it waits for. */
export type Events = AsyncGenerator<Outcome, void, undefined>

export function outcomeOf({ data, errors }: Answer, requestId: string, log: Logger): Outcome {
  return errors.length === 0 ? { data } : { data, errors: errors.map((error) => maskThrown(error, requestId, log)) }
}

/** Errors come first, so that readers of a long answer see them. */
export function textOf(outcome: Outcome): string {
  const before = outcome.errors ? `"errors":${JSON.stringify(outcome.errors)}` : ''
  if (outcome.data === undefined) return `{${before}}`
  return `{${before}${before && ','}"data":${outcome.data}}`
}
