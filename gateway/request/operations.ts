/** The life of one operation: policies, document, operation, execution, answer. Reads like the contents page it follows. */
import type { HttpReply, HttpRequest } from '../http/message.ts'
import { limitOf } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { Logger } from '../process/log.ts'
import { sendEvents } from '../subscriptions/sse.ts'
import type { StartEvents } from '../subscriptions/start.ts'
import type { Editions } from '../supergraph/editions.ts'
import { admit } from './admit.ts'
import { callerOf } from './caller-key.ts'
import { openExchange } from './exchange.ts'
import type { CountAnswer } from './metrics.ts'
import type { Policies } from './policies.ts'
import { requestIdOf } from './request-id.ts'
import { sendExecution, sendRefusal } from './respond.ts'

export interface OperationOptions {
  readonly policies: Policies
  readonly editions: Editions
  readonly start: StartEvents
  readonly count: CountAnswer
  readonly reportLimit: ReportLimit
  readonly log: Logger
}

export type AnswerOperation = (request: HttpRequest, reply: HttpReply) => Promise<void>

export function createOperations(options: OperationOptions): AnswerOperation {
  const { policies, editions, start, count, reportLimit, log } = options
  return async (request, reply) => {
    const exchange = openExchange(request, requestIdOf(request))
    try {
      for (const policy of policies.request) {
        const pending = policy(exchange)
        if (pending) await pending
      }
      const { edition, release } = editions.hold()
      try {
        const operation = admit(exchange, edition.documents, policies)
        if (operation.definition.operation === 'subscription') {
          const events = await start(exchange, edition, operation, () => undefined)
          const leave = (): void => void events.return()
          reply.onHangUp(leave)
          if (reply.isClosed()) leave() // it left while the stream was being opened
          await sendEvents(exchange, reply, events)
        } else {
          const execution = await edition.execute(exchange, operation, reply)
          if (exchange.accepts === 'events') await sendEvents(exchange, reply, [execution.outcome])
          else sendExecution(exchange, reply, execution)
          count(execution.outcome)
        }
      } finally {
        release()
      }
    } catch (error) {
      const limit = limitOf(error)
      if (limit) reportLimit(limit, callerOf(exchange))
      count(sendRefusal(exchange, reply, error, log))
    }
  }
}
