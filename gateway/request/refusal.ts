/** The outcome of an operation that was refused or failed, by whichever way it came. */
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { Logger } from '../../platform/process/log.ts'
import { maskAllThrown, maskError } from '../errors/mask.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Outcome } from '../exchange/outcome.ts'
import { limitOf } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { CountAnswer } from './metrics.ts'

interface RefusalOptions {
  readonly count: CountAnswer
  readonly reportLimit: ReportLimit
  readonly log: Logger
}

/** Counts the refusal and reports the limit that was passed. Masks anything unforeseen. */
export type RefusalOf = (error: unknown, exchange: Exchange) => Outcome

export const createRefusalOf =
  ({ count, reportLimit, log }: RefusalOptions): RefusalOf =>
  (error, exchange) => {
    const limit = limitOf(error)
    if (limit) reportLimit(limit, callerOf(exchange))
    const refusal = outcomeOf(error, exchange.requestId, log)
    count(refusal)
    return refusal
  }

function outcomeOf(error: unknown, requestId: string, log: Logger): Outcome {
  if (!(error instanceof HttpError)) return { errors: maskAllThrown(error, requestId, log) }
  return { errors: [maskError({ message: error.message, extensions: extensionsOf(error) }, requestId, log, error)] }
}

/** An `HttpError` 503 is about the gateway itself. */
const extensionsOf = ({ code, headers }: HttpError) => ({
  code,
  ...(code === 'SERVICE_UNAVAILABLE' && { service: 'gateway', retryAfter: Number(headers['retry-after']) }),
})
