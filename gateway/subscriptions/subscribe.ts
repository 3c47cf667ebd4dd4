/**
 * Runs a subscription: each event of its service becomes an answer, joined with what other services know. Where the service goes away and the
 * operation says how, it goes on behind the last event; where it ends, the client is told why in its last answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { AnswerText } from '../execution/answer-data.ts'
import type { BoundVariables } from '../execution/client-operation.ts'
import type { Answer, CompiledOperation } from '../execution/compiled-operation.ts'
import type { Engine } from '../execution/engine.ts'
import type { Logger } from '../process/log.ts'
import { codedError } from '../protocol/errors.ts'
import { streamContext } from '../request/call-context.ts'
import type { KnownOperation } from '../request/documents.ts'
import type { Exchange } from '../request/exchange.ts'
import type { Outcome } from '../request/host.ts'
import { maskError } from '../request/mask.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { type Position, positionOf } from './position.ts'

/**
 * Rejects where the operation cannot even begin.
 * @param ending aborted when the stream is to end; its reason, where it is an error, becomes the last answer
 */
export type Subscribe = (
  exchange: Exchange,
  operation: KnownOperation,
  ending: AbortSignal,
) => Promise<AsyncGenerator<Outcome, void, undefined>>

export interface SubscribeOptions {
  readonly engine: Engine
  readonly traffic: Traffic
  readonly log: Logger
}

const PATIENCE = 30 // tries in a row to reach the service again
const FIRST_PAUSE = 100 // milliseconds, doubled up to `LONGEST_PAUSE`
const LONGEST_PAUSE = 2_000 // milliseconds

export function createSubscribe({ engine, traffic, log }: SubscribeOptions): Subscribe {
  return async (exchange, operation, ending) => {
    const { query, operationName, variables = {} } = exchange.parameters
    const prepared = engine.prepare(query, operation.document.node, operationName)
    const bound = prepared.bind(variables)
    const compiled = await prepared.compiled(bound.conditions)
    const position = positionOf(operation.definition)
    return made(follow(traffic, exchange, { compiled, bound, position }, ending), exchange, ending, log)
  }
}

interface Followed {
  readonly compiled: CompiledOperation
  readonly bound: BoundVariables
  readonly position: Position | undefined
}

async function* follow(
  { subscribe, send }: Traffic,
  exchange: Exchange,
  { compiled, bound, position }: Followed,
  ending: AbortSignal,
): AsyncGenerator<Answer, void, undefined> {
  const { events } = compiled
  if (!events) throw codedError('INTERNAL', 'The operation has no events.')
  const context = streamContext(exchange, ending)
  let { values } = bound
  for (let failures = 0; ; failures += 1) {
    try {
      const call = { service: events.service, operation: 'query' as const, body: events.body(values), context }
      for await (const event of subscribe(call, ending)) {
        failures = 0
        const answer = await compiled.execute({ ...bound, values }, context, send, event)
        const cursor = position?.read(answer.data)
        if (position && cursor !== undefined) values = { ...values, [position.variable]: cursor }
        yield answer
      }
      return
    } catch (error) {
      // Without a cursor to go on from, events could be missed without a word.
      const knowsWhere = position !== undefined && typeof values[position.variable] === 'string'
      if (ending.aborted || !knowsWhere || failures >= PATIENCE) throw error
      const pause = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE)
      await sleep(pause, undefined, { signal: ending }).catch(() => undefined)
      if (ending.aborted) return
    }
  }
}

/** Makes answers out to the client; the last one says why it is the last, where that is not plain. */
async function* made(
  answers: AsyncGenerator<Answer, void, undefined>,
  { requestId }: Exchange,
  ending: AbortSignal,
  log: Logger,
): AsyncGenerator<Outcome, void, undefined> {
  const mask = (error: GraphQLError) => maskError(error.toJSON(), requestId, log, error)
  try {
    for await (const { data, errors } of answers) {
      const shown = data === 'null' ? null : new AnswerText(data)
      yield errors.length > 0 ? { data: shown, errors: errors.map(mask) } : { data: shown }
    }
    if (ending.reason instanceof GraphQLError) yield { errors: [mask(ending.reason)] }
  } catch (error) {
    const known = error instanceof GraphQLError ? error.toJSON() : { message: 'unforeseen' }
    yield { errors: [maskError(known, requestId, log, error)] }
  }
}
