/**
 * Executes operations that have passed the policies. One execution may answer several identical
 * requests.
 */
import { GraphQLError } from 'graphql'
import type { Loan } from '../../platform/memory/loans.ts'
import type { Authorization } from '../authorization/authorize.ts'
import type { KnownOperation } from '../document/documents.ts'
import type { SchemaEdition } from '../edition/edition.ts'
import type { Mask } from '../errors/mask.ts'
import { callContext, languageOf, perspectiveOf, sharedContext } from '../exchange/call-context.ts'
import { callerOf } from '../exchange/caller-key.ts'
import { type Client, hangUpOf } from '../exchange/client.ts'
import type { Exchange, PartsSender } from '../exchange/exchange.ts'
import { createFreshnessTally, type Keepable } from '../exchange/freshness.ts'
import { withoutHint } from '../exchange/hints.ts'
import { type Outcome, outcomeOf } from '../exchange/outcome.ts'
import type { Answer } from '../execution/answer/answer.ts'
import type { CompiledOperation } from '../execution/compiled-operation.ts'
import type { Heard } from '../headers/to-client.ts'
import type { BeforeCalls } from '../subscriptions/subscribe.ts'
import type { Callers } from '../traffic/call/callers.ts'
import { type Body, bodyOf } from './body.ts'
import { sendRun } from './parts/send-run.ts'
import { createSingleFlight, type SingleFlight } from './single-flight.ts'

export interface Execution {
  readonly outcome: Outcome
  /** How long caches may keep it; `undefined` if they may not. */
  readonly keepable: Keepable | undefined
  /** The whole body, if it was written for several requests. */
  readonly body?: Body | undefined
  /** The loan of the body's memory, if only this request uses it. */
  readonly loan?: Loan | undefined
}

export type Execute = (
  edition: SchemaEdition,
  exchange: Exchange,
  operation: KnownOperation,
  client: Client,
) => Promise<Execution>

/** The result that identical requests share. */
interface Result {
  readonly answer: Answer
  readonly keepable: Keepable | undefined
  readonly body?: Body | undefined
  /** Headers of services' answers, for each request. */
  readonly heard: Heard | undefined
}

interface ExecuteOptions {
  readonly mask: Mask
  /** Called for each request that is about to run, before anything is asked of a service. */
  readonly before: BeforeCalls | undefined
  /** Decides what is denied to a caller. */
  readonly decide: Authorization['decide']
  readonly openHeard: (() => Heard) | undefined
}

export function createExecute({ mask, decide, before, openHeard }: ExecuteOptions): Execute {
  const shares = new WeakMap<CompiledOperation, SingleFlight<Result> | 'none'>()

  const shareOf = (
    edition: SchemaEdition,
    operation: KnownOperation,
    ready: CompiledOperation,
  ): SingleFlight<Result> | undefined => {
    const known = shares.get(ready)
    if (known) return known === 'none' ? undefined : known
    const made = isPublic(edition, operation, ready) ? createSingleFlight<Result>() : undefined
    shares.set(ready, made ?? 'none')
    return made
  }

  /** True for queries whose every service is stateless and told no caller. */
  const isPublic = (
    { traffic }: SchemaEdition,
    { definition }: KnownOperation,
    { services }: CompiledOperation,
  ): boolean => definition.operation === 'query' && services.size > 0 && [...services].every(traffic.isShared)

  return async (edition, exchange, operation, client) => {
    const { engine, traffic, hideSchema } = edition
    try {
      const { query, operationName, variables } = exchange.parameters
      const prepared = engine.prepare(query, operation.document.node, operationName)
      const { parts } = exchange
      const bound = prepared.bind(variables ?? {}, parts !== undefined)
      const { needed } = prepared
      const denied = needed.length === 0 ? undefined : await decide(exchange, needed, engine.facts.access)
      const found = prepared.compiled(bound.conditions, () => callerOf(exchange), denied)
      const ready = found instanceof Promise ? await found : found
      exchange.stages = ready.stages
      if (before) await before(exchange, operation)
      const { tracing } = exchange
      if (ready.executeInParts && parts) {
        const heard = openHeard?.()
        const context = callContext(exchange, operation, client, createFreshnessTally(), heard?.hear)
        const left = context.signal ?? hangUpOf(client)
        const send: PartsSender['send'] = (part) => {
          // Headers of later answers come too late.
          if (part.first) heard?.write(exchange.headers, exchange.cookies)
          return parts.send(part)
        }
        const run = ready.executeInParts(bound, context, traffic.send, left, tracing)
        return { outcome: await sendRun(run, send, (error) => mask(error, exchange)), keepable: undefined }
      }
      // A trace is of the request's own calls.
      const share = tracing ? undefined : shareOf(edition, operation, ready)
      let isOwn = false
      const run = async (callers?: Callers): Promise<Result> => {
        isOwn = true
        const tally = createFreshnessTally()
        const heard = openHeard?.()
        const context = callers
          ? sharedContext(exchange, callers, tally, heard?.hear)
          : callContext(exchange, operation, client, tally, heard?.hear)
        const answer = await ready.execute(bound, context, traffic.send, undefined, tracing)
        // Written once for all requests that share it.
        const body = share && answer.errors.length === 0 ? bodyOf(answer.body) : undefined
        // An answer that depends on access must not be cached for everybody.
        const keepable = needed.length > 0 ? undefined : keepableOf(operation, exchange, tally.result())
        return { answer, keepable, body, heard }
      }
      const { answer, keepable, body, heard } = await (share
        ? share(keyOf(exchange), traffic.epoch(), () => callerOf(exchange), run)
        : run())
      exchange.isShared = !isOwn
      heard?.write(exchange.headers, exchange.cookies)
      const loan = share ? undefined : answer.loan
      return { outcome: outcomeOf(answer, exchange, mask), keepable, body, loan }
    } catch (fault) {
      const error = hideSchema ? withoutHint(fault) : fault
      if (!(error instanceof GraphQLError)) throw error
      return { outcome: { errors: [mask(error, exchange)] }, keepable: undefined }
    }
  }
}

/** Everything that such an answer depends on besides the operation. */
function keyOf(exchange: Exchange): string {
  const { variables } = exchange.parameters
  const language = languageOf(exchange)
  const perspective = perspectiveOf(exchange)
  // No header contains a line feed, and the text of variables begins with a brace.
  const way = language === undefined ? perspective : `${perspective}\n=${language}`
  return variables ? `${way}\n${JSON.stringify(variables)}` : way
}

/** Previews must not enter a shared cache. */
const keepableOf = ({ definition }: KnownOperation, exchange: Exchange, keepable: Keepable | undefined) =>
  definition.operation === 'query' && perspectiveOf(exchange) === 'published' ? keepable : undefined
