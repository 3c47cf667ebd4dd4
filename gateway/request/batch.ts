/**
 * Several operations in one request: an array of them is answered with an array of their answers.
 * Each passes the policies of an operation by itself, and one that is refused costs only its own
 * answer.
 */
import type { HttpReply } from '../../platform/http/message/message.ts'
import type { Loan } from '../../platform/memory/loans.ts'
import type { Editions, Hold } from '../edition/editions.ts'
import type { Client } from '../exchange/client.ts'
import { batchedExchange, type Exchange } from '../exchange/exchange.ts'
import { bytesOf } from '../exchange/outcome.ts'
import { overLimit } from '../limits/limits.ts'
import { type Body, bodyOf } from './body.ts'
import type { CountAnswer } from './metrics.ts'
import { isExecution, type Perform } from './perform.ts'
import { checkParameters } from './policies/parameters.ts'
import type { Policies } from './policies.ts'
import type { RefusalOf } from './refusal.ts'
import { batchMessage, type Message } from './respond.ts'

interface BatchOptions {
  readonly hold: Editions['hold']
  readonly perform: Perform
  readonly policies: Policies
  readonly count: CountAnswer
  readonly refusalOf: RefusalOf
  /** Bytes of all answers of a batch together. */
  readonly answerBytes: number
}

/** @param entries as they came: none was checked */
type AnswerBatch = (exchange: Exchange, entries: readonly unknown[], reply: HttpReply) => Promise<Message>

type Answered = { readonly body: Body; readonly loan?: Loan | undefined }

/** Called with the kind of an admitted operation, which runs once this resolves. */
type OnAdmitted = NonNullable<Parameters<Perform>[3]>

export function createBatches(options: BatchOptions): AnswerBatch {
  const { hold, perform, policies, count, refusalOf, answerBytes } = options
  return async (outer, entries, reply) => {
    const client = sharedClient(reply)
    // One behind a mutation begins late, and must not meet another schema.
    const { edition, release } = hold()
    const sameEdition = (): Hold => ({ edition, release: () => undefined })
    let left = answerBytes
    const take = (body: Body): Body => {
      if (body.length > left)
        throw overLimit('answerBytes', `The answers of this batch are larger than ${answerBytes} bytes.`)
      left -= body.length
      return body
    }
    const answerOf = async (entry: unknown, onAdmitted: OnAdmitted): Promise<Answered> => {
      const exchange = batchedExchange(outer)
      try {
        exchange.parameters = checkParameters(entry)
        const performed = await perform(exchange, policies.beforeDocument, client, onAdmitted, sameEdition)
        if (!isExecution(performed)) throw new Error('A subscription was started in a batch.')
        const { outcome, loan } = performed
        const body = take(performed.body ?? bytesOf(outcome))
        count(outcome, exchange)
        return { body, loan }
      } catch (error) {
        return { body: bytesOf(refusalOf(error, exchange)) }
      }
    }
    const answers = await inOrder(entries, answerOf).finally(release)
    const body = bodyOf(
      Buffer.concat(answers.flatMap(({ body }, at) => [at === 0 ? OPEN : COMMA, bytes(body)]).concat(CLOSE)),
    )
    for (const { loan } of answers) loan?.free()
    return batchMessage(outer, body)
  }
}

const [OPEN, COMMA, CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]

const bytes = (body: Body): Buffer => (typeof body === 'string' ? Buffer.from(body, 'latin1') : body)

/**
 * Admits the entries in order, so that the first ones get the rest of a limit. Queries run in
 * parallel; a mutation starts once all before it are answered, and nothing after it starts before
 * its answer.
 */
async function inOrder(
  entries: readonly unknown[],
  answerOf: (entry: unknown, onAdmitted: OnAdmitted) => Promise<Answered>,
): Promise<Answered[]> {
  const answers: Promise<Answered>[] = []
  for (const entry of entries) {
    const { promise: isRunning, resolve } = Promise.withResolvers<void>()
    const before = [...answers]
    const answer = answerOf(entry, (kind) => {
      if (kind === 'mutation') return Promise.all(before).then(() => undefined)
      resolve()
      return undefined
    })
    answers.push(answer)
    await Promise.race([isRunning, answer])
  }
  return Promise.all(answers)
}

/** A reply has one listener, and each entry listens. */
function sharedClient(reply: HttpReply): Client {
  const listeners: (() => void)[] = []
  reply.onHangUp(() => {
    for (const listener of listeners) listener()
  })
  return { isClosed: () => reply.isClosed(), onHangUp: (listener) => void listeners.push(listener) }
}
