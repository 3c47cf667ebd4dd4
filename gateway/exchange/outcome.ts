/**
 * What a client is told of an operation. One way for answers, and for each event of a subscription.
 */
import type { GraphQLFormattedError } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'
import { AnswerText } from '../execution/answer-data.ts'
import type { Answer } from '../execution/compiled-operation.ts'
import { maskThrown } from './mask.ts'

/** Without `data` the operation never ran. */
export interface Outcome {
  readonly data?: Readonly<Record<string, unknown>> | AnswerText | null
  /** Fit for the client's eyes. */
  readonly errors?: readonly GraphQLFormattedError[]
  /** Of an event of a subscription: where it can be resumed. */
  readonly cursor?: string
}

export function outcomeOf({ data: text, errors }: Answer, requestId: string, log: Logger): Outcome {
  const data = text === 'null' ? null : new AnswerText(text)
  return errors.length === 0 ? { data } : { data, errors: errors.map((error) => maskThrown(error, requestId, log)) }
}

/** Errors come first, so that whoever reads a long answer meets them. */
export function textOf(outcome: Outcome): string {
  const before = outcome.errors ? `"errors":${JSON.stringify(outcome.errors)}` : ''
  if (!('data' in outcome)) return `{${before}}`
  const data = outcome.data instanceof AnswerText ? outcome.data.text : JSON.stringify(outcome.data)
  return `{${before}${before && ','}"data":${data}}`
}
