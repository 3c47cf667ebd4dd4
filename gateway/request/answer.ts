/**
 * One operation by HTTP, from request to answer: an execution, a stream of events, or a refusal.
 */
import type { HttpReply, HttpRequest } from '../../platform/http/message/message.ts'
import type { Logger } from '../../platform/process/log.ts'
import { callerOf } from '../exchange/caller-key.ts'
import { type Exchange, openExchange } from '../exchange/exchange.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { limitOf } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import { sendEvents } from '../subscriptions/sse.ts'
import type { Events } from '../subscriptions/start.ts'
import type { CountAnswer } from './metrics.ts'
import { isExecution, type Perform } from './perform.ts'
import type { Policies } from './policies.ts'
import { refusalOf, sendExecution, sendRefusal } from './respond.ts'

export interface OperationOptions {
  readonly perform: Perform
  readonly policies: Policies
  readonly count: CountAnswer
  readonly reportLimit: ReportLimit
  readonly log: Logger
}

export type AnswerOperation = (request: HttpRequest, reply: HttpReply) => Promise<void>

export function createOperations({ perform, policies, count, reportLimit, log }: OperationOptions): AnswerOperation {
  return async (request, reply) => {
    const exchange = openExchange(request, requestIdOf(request))
    try {
      const performed = await perform(exchange, policies.request, reply)
      if (!isExecution(performed)) return await sendStream(exchange, reply, performed)
      if (exchange.accepts === 'events') await sendEvents(exchange, reply, [performed.outcome])
      else sendExecution(exchange, reply, performed)
      count(performed.outcome)
    } catch (error) {
      const limit = limitOf(error)
      if (limit) reportLimit(limit, callerOf(exchange))
      const refusal = refusalOf(error, exchange.requestId, log)
      count(refusal)
      // Clients of event streams take any other status for a broken connection, and retry.
      if (exchange.accepts === 'events') await sendEvents(exchange, reply, [refusal])
      else sendRefusal(exchange, reply, error, refusal)
    }
  }
}

async function sendStream(exchange: Exchange, reply: HttpReply, events: Events): Promise<void> {
  const leave = (): void => void events.return()
  reply.onHangUp(leave)
  try {
    if (!reply.isClosed()) await sendEvents(exchange, reply, events)
  } finally {
    leave()
  }
}
