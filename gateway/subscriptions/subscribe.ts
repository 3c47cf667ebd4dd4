/**
 * Runs a subscription: each event of its service becomes an answer, joined with other services. If
 * the service goes away, an operation with a position resumes after the last event; any other ends
 * with an error as its last answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { codedError, type ErrorCode } from '../../platform/protocol/errors.ts'
import type { Authorization } from '../authorization/authorize.ts'
import type { KnownOperation } from '../document/documents.ts'
import type { SchemaEdition } from '../edition/edition.ts'
import type { Mask } from '../errors/mask.ts'
import { streamContext } from '../exchange/call-context.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { type Events, outcomeOf } from '../exchange/outcome.ts'
import type { CompiledOperation } from '../execution/compiled-operation.ts'
import type { BoundVariables } from '../execution/plan/client-operation.ts'
import { fragmentsOf } from '../execution/plan/conditions.ts'
import { type Position, positionOf, resumed } from './resume.ts'

/**
 * Rejects if the operation cannot start.
 * @param ending aborted when the stream must end; if its reason is an error, it becomes the last
 * answer
 */
export type Subscribe = (
  edition: SchemaEdition,
  exchange: Exchange,
  operation: KnownOperation,
  ending: AbortSignal,
) => Promise<Events>

const FIRST_PAUSE = 100 // milliseconds, doubled up to `LONGEST_PAUSE`
const LONGEST_PAUSE = 2_000 // milliseconds

/** Rejects to refuse an operation that has its plan. */
export type BeforeCalls = (exchange: Exchange, operation: KnownOperation) => Promise<void>

interface SubscribeOptions {
  readonly mask: Mask
  /** Tries in a row to reach the service again. */
  readonly reconnects: number
  /** Decides what is denied to a caller. */
  readonly decide: Authorization['decide']
  /** Called before a stream is opened. */
  readonly before: BeforeCalls | undefined
}

export function createSubscribe({ mask, reconnects, decide, before }: SubscribeOptions): Subscribe {
  return async ({ engine, traffic }, exchange, operation, ending) => {
    const { query, operationName, variables = {} } = exchange.parameters
    const prepared = engine.prepare(query, operation.document.node, operationName)
    const position = positionOf(operation.definition, fragmentsOf(operation.document.node))
    const bound = prepared.bind(variables)
    const given = resumed(variables, position, exchange)
    const opening = given === variables ? bound : prepared.bind(given)
    const { needed } = prepared
    const denied = needed.length === 0 ? undefined : await decide(exchange, needed, engine.facts.access)
    const compiled = await prepared.compiled(bound.conditions, () => callerOf(exchange), denied)
    if (before) await before(exchange, operation)
    const { events } = compiled
    if (!events) {
      // Its root field is denied: the answer's error says why.
      const answer = await compiled.execute(bound, streamContext(exchange, ending), traffic.send)
      throw answer.errors[0] ?? codedError('INTERNAL', 'The operation has no events.')
    }
    return follow({ compiled, events, bound, opening, position }, exchange, ending, { traffic, reconnects, mask })
  }
}

interface Followed {
  readonly compiled: CompiledOperation
  readonly events: NonNullable<CompiledOperation['events']>
  readonly bound: BoundVariables
  /** The same, with the position behind which the stream is opened. */
  readonly opening: BoundVariables
  readonly position: Position | undefined
}

/** Whether a retry would fail in the same way. */
const isFinal = (error: unknown): boolean =>
  error instanceof GraphQLError && FINAL.has(String(error.extensions['code']))
const FINAL: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN'] satisfies ErrorCode[])

/** A single generator, because each one keeps its frame while the stream is idle. */
async function* follow(
  { compiled, events, bound, opening, position }: Followed,
  exchange: Exchange,
  ending: AbortSignal,
  {
    traffic,
    reconnects,
    mask,
  }: { readonly traffic: SchemaEdition['traffic']; readonly reconnects: number; readonly mask: Mask },
): Events {
  const context = streamContext(exchange, ending)
  let { values } = opening
  let failures = 0
  while (!ending.aborted) {
    try {
      const call = { service: events.service, body: events.body(values), context }
      for await (const event of traffic.subscribe(call, ending)) {
        failures = 0
        const answer = await compiled.execute(bound, context, traffic.send, event)
        const cursor = position?.read(answer.body)
        if (position && cursor !== undefined) values = { ...values, [position.variable]: cursor }
        const outcome = outcomeOf(answer, exchange, mask)
        yield cursor === undefined ? outcome : { ...outcome, cursor }
      }
      break
    } catch (error) {
      if (ending.aborted) break
      // Without a cursor, events could be lost unnoticed.
      const knowsWhere = position !== undefined && typeof values[position.variable] === 'string'
      if (!knowsWhere || failures === reconnects || isFinal(error)) {
        yield { errors: [mask(error, exchange)] }
        return
      }
      const pause = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE)
      failures += 1
      await sleep(pause, undefined, { signal: ending }).catch(() => undefined)
    }
  }
  if (ending.reason instanceof GraphQLError) yield { errors: [mask(ending.reason, exchange)] }
}
