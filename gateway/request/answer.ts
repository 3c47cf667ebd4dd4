/**
 * One operation by HTTP, from request to answer: an execution, a stream of events, or a refusal.
 */
import type { HttpReply, HttpRequest } from '../../platform/http/message/message.ts'
import { type Exchange, openExchange } from '../exchange/exchange.ts'
import type { Events, Outcome } from '../exchange/outcome.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { sendEvents } from '../subscriptions/send-events.ts'
import { createBatches } from './batch.ts'
import type { CountAnswer } from './metrics.ts'
import { openParts } from './parts/send-parts.ts'
import { isExecution, type Perform } from './perform.ts'
import type { Policies } from './policies.ts'
import type { RefusalOf } from './refusal.ts'
import { executionMessage, type Message, refusalMessage, send } from './respond.ts'

/** How operations of one path are answered: on the whole schema, or on a contract variant. */
export interface OperationOptions {
  /** The name of the variant. */
  readonly variant: string | undefined
  readonly perform: Perform
  readonly policies: Policies
  readonly count: CountAnswer
  readonly refusalOf: RefusalOf
  /** Whether clients may get answers in parts. */
  readonly sendsParts: boolean
  /** May change an answer or a refusal, or refuse it; not an answer in events. */
  readonly beforeSend: BeforeSend | undefined
  /** Bytes of all answers of a batch together. */
  readonly answerBytes: number
}

export type BeforeSend = (exchange: Exchange, message: Message) => Promise<Message>

export type AnswerOperation = (request: HttpRequest, reply: HttpReply) => Promise<void>

export function createOperations(options: OperationOptions): AnswerOperation {
  const { variant, perform, policies, count, refusalOf, sendsParts, beforeSend } = options
  const answerBatch = createBatches(options)
  const { credentialsOf } = policies
  const ask = beforeSend && createAsk(beforeSend, refusalOf)
  return async (request, reply) => {
    const exchange = openExchange(request, requestIdOf(request), credentialsOf(request.headers), variant)
    if (sendsParts) exchange.partsTo = reply
    try {
      for (const policy of policies.request) {
        const pending = policy(exchange)
        if (pending) await pending
      }
      if (exchange.batch) {
        const message = await answerBatch(exchange, exchange.batch, reply)
        return ask ? void (await ask(exchange, reply, message)) : send(reply, message)
      }
      const performed = await perform(exchange, policies.parameters, reply)
      if (!isExecution(performed)) return await sendStream(exchange, reply, performed)
      let isRefused = false
      if (sendsParts) sendAsPart(exchange, performed.outcome)
      if (exchange.parts?.hasBegun) exchange.parts.end({ extensions: performed.outcome.extensions })
      else if (exchange.accepts === 'events') await sendEvents(exchange, reply, [performed.outcome])
      else if (ask) isRefused = await ask(exchange, reply, executionMessage(exchange, performed))
      else send(reply, executionMessage(exchange, performed))
      if (!isRefused) count(performed.outcome, exchange)
    } catch (error) {
      const refusal = refusalOf(error, exchange)
      if (exchange.parts?.hasBegun) return exchange.parts.end(refusal)
      // Clients of event streams take any other status for a broken connection, and retry.
      if (exchange.accepts === 'events') await sendEvents(exchange, reply, [refusal])
      else if (ask) await ask(exchange, reply, refusalMessage(exchange, error, refusal))
      else send(reply, refusalMessage(exchange, error, refusal))
    }
  }
}

/** A client that takes nothing but parts gets a whole answer as the only one. */
function sendAsPart(exchange: Exchange, outcome: Outcome): void {
  const { partsFormat, partsTo, takesWhole, parts } = exchange
  if (takesWhole || !partsFormat || !partsTo || parts?.hasBegun) return
  const { body, errors = [] } = outcome
  if (!body) return
  exchange.parts = openParts(exchange, partsTo, partsFormat)
  const { data } = JSON.parse(body.toString()) as { readonly data: unknown }
  void exchange.parts.send({ first: { data, errors }, pending: [], completed: [], hasNext: false })
}

/** Sends what becomes of a message. Resolves to true if it was refused: that is the last word. */
const createAsk =
  (beforeSend: BeforeSend, refusalOf: RefusalOf) =>
  async (exchange: Exchange, reply: HttpReply, message: Message): Promise<boolean> => {
    try {
      send(reply, await beforeSend(exchange, message))
      return false
    } catch (error) {
      send(reply, refusalMessage(exchange, error, refusalOf(error, exchange)))
      return true
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
