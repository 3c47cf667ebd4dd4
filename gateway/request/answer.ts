/**
 * One operation by HTTP, from request to answer: an execution, a stream of events, or a refusal.
 */
import { parseExact } from '../../platform/data/json-exact.ts'
import type { HttpReply, HttpRequest } from '../../platform/http/message/message.ts'
import type { Editions } from '../edition/editions.ts'
import { type Exchange, openExchange, type PartsSender } from '../exchange/exchange.ts'
import type { Events, Outcome } from '../exchange/outcome.ts'
import { requestIdOf } from '../exchange/request-id.ts'
import { sendEvents } from '../subscriptions/send-events.ts'
import { applyPolicies } from './apply-policies.ts'
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
  /** Takes hold of the current edition. */
  readonly hold: Editions['hold']
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
  const { variant, perform, policies, count, refusalOf, sendsParts } = options
  const answerBatch = createBatches(options)
  const { credentialsOf } = policies
  const sendWhole = createSendWhole(options)
  const deliver = createDeliver(sendWhole)
  return async (request, reply) => {
    const exchange = openExchange(request, requestIdOf(request), credentialsOf(request.headers), variant)
    try {
      const pending = applyPolicies(policies.request, exchange)
      if (pending) await pending
      const { accepts, batch } = exchange
      if (batch) return void (await sendWhole(exchange, reply, await answerBatch(exchange, batch, reply)))
      if (sendsParts && accepts.parts) exchange.parts = openParts(exchange, reply, accepts.parts)
      const performed = await perform(exchange, policies.beforeDocument, reply)
      if (!isExecution(performed)) return await sendStream(exchange, reply, performed)
      const { outcome } = performed
      const delivery = deliver(exchange, reply, outcome, () => executionMessage(exchange, performed))
      if (delivery === true || (await delivery)) count(outcome, exchange)
    } catch (error) {
      const refusal = refusalOf(error, exchange)
      await deliver(exchange, reply, refusal, () => refusalMessage(exchange, error, refusal))
    }
  }
}

/** Resolves to false if a hook refused the message: its refusal is then sent and counted. */
type SendWhole = (exchange: Exchange, reply: HttpReply, message: Message) => boolean | Promise<boolean>

function createSendWhole({ beforeSend, refusalOf }: OperationOptions): SendWhole {
  if (!beforeSend)
    return (_, reply, message) => {
      send(reply, message)
      return true
    }
  return async (exchange, reply, message) => {
    try {
      send(reply, await beforeSend(exchange, message))
      return true
    } catch (error) {
      send(reply, refusalMessage(exchange, error, refusalOf(error, exchange)))
      return false
    }
  }
}

/**
 * Sends an answer or a refusal in a form that the client accepts. Returns like `SendWhole`.
 * @param messageOf makes the whole answer, if that is what is sent
 */
const createDeliver =
  (sendWhole: SendWhole) =>
  (exchange: Exchange, reply: HttpReply, outcome: Outcome, messageOf: () => Message): boolean | Promise<boolean> => {
    const { parts, accepts } = exchange
    if (parts && !accepts.whole) sendAsPart(parts, outcome)
    if (parts?.hasBegun) parts.end(outcome)
    // Clients of event streams treat any status but 200 as a broken connection, and retry.
    else if (accepts.events && !accepts.whole) return sendEvents(exchange, reply, [outcome]).then(() => true)
    else return sendWhole(exchange, reply, messageOf())
    return true
  }

/** A client that accepts only parts gets a whole answer as its only part. */
function sendAsPart(parts: PartsSender, { body, errors = [] }: Outcome): void {
  if (parts.hasBegun || !body) return
  const { data } = parseExact(body.toString()) as { readonly data: unknown }
  void parts.send({ first: { data, errors }, pending: [], completed: [], hasNext: false })
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
