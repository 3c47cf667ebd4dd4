/** Makes the outcome of an operation that was refused or failed, by HTTP or WebSocket. */
import { GraphQLError } from 'graphql'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { Named } from '../../platform/protocol/trace-context.ts'
import type { Mask } from '../errors/mask.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Outcome } from '../exchange/outcome.ts'
import { limitOf } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { CountAnswer } from './metrics.ts'

interface RefusalOptions {
  readonly count: CountAnswer
  readonly reportLimit: ReportLimit
  readonly mask: Mask
}

/** Counts the refusal and reports the exceeded limit. Masks unexpected errors. */
export type RefusalOf = (error: unknown, exchange: Exchange) => Outcome

export const createRefusalOf =
  ({ count, reportLimit, mask }: RefusalOptions): RefusalOf =>
  (error, exchange) => {
    const limit = limitOf(error)
    if (limit) reportLimit(limit, callerOf(exchange))
    const refusal = outcomeOf(error, exchange, mask)
    count(refusal, exchange)
    return refusal
  }

function outcomeOf(error: unknown, request: Named, mask: Mask): Outcome {
  if (error instanceof AggregateError) return { errors: error.errors.map((each) => mask(each, request)) }
  const shown =
    error instanceof HttpError
      ? new GraphQLError(error.message, { extensions: extensionsOf(error), originalError: error })
      : error
  return { errors: [mask(shown, request)] }
}

/** An `HttpError` 503 is about the gateway itself. */
const extensionsOf = ({ code, headers }: HttpError) => ({
  code,
  ...(code === 'SERVICE_UNAVAILABLE' && { service: 'gateway', retryAfter: Number(headers['retry-after']) }),
})
