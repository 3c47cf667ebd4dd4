/**
 * One operation by HTTP, from request to answer: an execution, a stream of events, or a refusal.
 */
import type { HttpReply, HttpRequest } from '../../platform/http/message/message.ts'
import { type Exchange, openExchange } from '../exchange/exchange.ts'
import type { Events } from '../exchange/outcome.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { sendEvents } from '../subscriptions/sse.ts'
import type { CountAnswer } from './metrics.ts'
import { isExecution, type Perform } from './perform.ts'
import type { Policies } from './policies.ts'
import type { RefusalOf } from './refusal.ts'
import { sendExecution, sendRefusal } from './respond.ts'

export interface OperationOptions {
  readonly perform: Perform
  readonly policies: Policies
  readonly count: CountAnswer
  readonly refusalOf: RefusalOf
}

export type AnswerOperation = (request: HttpRequest, reply: HttpReply) => Promise<void>

export function createOperations({ perform, policies, count, refusalOf }: OperationOptions): AnswerOperation {
  const { credentialsOf } = policies
  return async (request, reply) => {
    const exchange = openExchange(request, requestIdOf(request), credentialsOf(request.headers))
    try {
      const performed = await perform(exchange, policies.request, reply)
      if (!isExecution(performed)) return await sendStream(exchange, reply, performed)
      if (exchange.accepts === 'events') await sendEvents(exchange, reply, [performed.outcome])
      else sendExecution(exchange, reply, performed)
      count(performed.outcome, exchange)
    } catch (error) {
      const refusal = refusalOf(error, exchange)
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
