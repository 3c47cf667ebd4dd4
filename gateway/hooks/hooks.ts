/**
 * Runs the hooks of the configuration by wrapping the functions that do the work. Without a hook
 * the function itself is used, which costs nothing.
 */
import type { GraphQLFormattedError } from 'graphql'
import { copyOfJson } from '../../platform/data/json-copy.ts'
import type { Logger } from '../../platform/process/log.ts'
import { namesOf } from '../../platform/protocol/trace-context.ts'
import type { HookOperation, HookRequest, HookSettings } from '../config/sections/hooks.ts'
import type { KnownOperation } from '../document/documents.ts'
import type { Mask } from '../errors/mask.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import { bytesOf, type Events, type Outcome } from '../exchange/outcome.ts'
import { toldCaller, toldHeaders, toldVariables } from '../exchange/told.ts'
import type { BeforeSend } from '../request/answer.ts'
import type { Execute, Execution } from '../request/execute.ts'
import type { HookPolicies } from '../request/policies.ts'
import type { StartEvents } from '../subscriptions/start.ts'
import type { BeforeCalls } from '../subscriptions/subscribe.ts'
import type { TrafficHooks } from '../traffic/hooks.ts'
import { checkedOfAnswer } from './checked-header.ts'
import { arrivalPolicy, messagePolicy, parametersPolicy } from './operation-hooks.ts'
import type { HookPoints } from './points.ts'
import { checkedReplacement, isShown, type Replacement } from './replacement.ts'
import { createRunner, isThenable } from './run-hook.ts'
import { hookTraffic } from './service-hooks.ts'

export interface Hooks extends HookPolicies {
  readonly beforeCalls: BeforeCalls | undefined
  readonly beforeSend: BeforeSend | undefined
  /** Whether a hook may change answers, which are then sent whole. */
  readonly changesAnswers: boolean
  execute(next: Execute): Execute
  /** @param mask makes the error that a client sees if a hook fails for an event */
  start(next: StartEvents, mask: Mask): StartEvents
  mask(next: Mask): Mask
  readonly traffic: TrafficHooks | undefined
}

/**
 * What hooks are told of each request. A new configuration may make the calls of a request that
 * began on the one before: its hooks then share the context of that one's.
 */
const requests = new WeakMap<Exchange, HookRequest>()

/** @param bodyBytes of a request, as it came or as a hook changed it */
export function createHooks(settings: HookPoints, log: Logger, bodyBytes: number): Hooks {
  const { onRequest, onOperation, onAnswer, onError, onSubscriptionEvent, onExecution, onExecuted, onResponse } =
    settings
  const { onArrival, onParameters } = settings
  const run = createRunner(settings.timeout, log)
  const requestOf = (exchange: Exchange): HookRequest => {
    const whole = exchange.outer ?? exchange // the operations of a batch are one request
    const known = requests.get(whole) ?? aboutRequest(whole)
    requests.set(whole, known)
    return known
  }
  const before = async (exchange: Exchange, operation: KnownOperation): Promise<HookOperation> => {
    const about = aboutOperation(requestOf(exchange), exchange, operation)
    if (onOperation) await run('onOperation', exchange, () => onOperation(about))
    return about
  }
  const traffic = hookTraffic(settings, run, (exchange) => requestOf(exchange as Exchange))
  const asPolicies = (arrival: Policy | undefined): readonly Policy[] =>
    [
      arrival,
      onRequest && ((exchange: Exchange) => run('onRequest', exchange, () => onRequest(requestOf(exchange)))),
    ].filter((policy) => policy !== undefined)
  return {
    request: asPolicies(onArrival && arrivalPolicy(onArrival, run, requestOf, bodyBytes)),
    message: asPolicies(onArrival && messagePolicy(onArrival, run, requestOf)),
    beforeDocument: (again) =>
      onParameters ? [parametersPolicy(onParameters, run, requestOf, { bodyBytes, again })] : [],
    beforeCalls:
      onExecution &&
      ((exchange, operation) =>
        run('ExecutionRequest', exchange, () => onExecution(aboutOperation(requestOf(exchange), exchange, operation)))),
    beforeSend:
      onResponse &&
      ((exchange, message) => run('RouterResponse', exchange, () => onResponse(requestOf(exchange), message))),
    changesAnswers: [onAnswer, onExecuted, onResponse].some((hook) => hook !== undefined),
    execute(next) {
      const answerHooks = [['ExecutionResponse', onExecuted] as const, ['onAnswer', onAnswer] as const].flatMap(
        ([name, hook]) => (hook ? [[name, hook] as const] : []),
      )
      if (!onOperation && answerHooks.length === 0) return next
      return async (edition, exchange, operation, client) => {
        const about = await before(exchange, operation)
        let execution = await next(edition, exchange, operation, client)
        // A hook may read the answer after it was sent, and must not find another one's bytes.
        if (answerHooks.length > 0) execution = { ...execution, loan: undefined }
        const setHeader = (name: string, value: string): void => {
          const [key, text] = checkedOfAnswer(name, value)
          if (key === 'set-cookie') exchange.cookies.push(text)
          else exchange.headers.set(key, key === 'vary' ? joined(exchange.headers.get(key), text) : text)
        }
        for (const [name, hook] of answerHooks) {
          if (hook === onExecuted && execution.outcome.body === undefined) continue // it never ran
          const answer = changeable(about, execution.outcome)
          await run(name, exchange, () => hook({ ...answer.about, setHeader }))
          if (answer.changed) execution = { outcome: answer.changed, keepable: undefined } satisfies Execution
        }
        return execution
      }
    },
    start(next, mask) {
      if (!onOperation && !onSubscriptionEvent) return next
      return async (exchange, edition, operation, onEnd) => {
        const about = await before(exchange, operation)
        const events = await next(exchange, edition, operation, onEnd)
        if (!onSubscriptionEvent) return events
        const failure = (error: unknown): Outcome => ({ errors: [mask(error, exchange)] })
        return changedEvents(
          events,
          about,
          (event) => run('onSubscriptionEvent', about, () => onSubscriptionEvent(event)),
          failure,
        )
      }
    },
    mask: (next) => (onError ? changedErrors(next, onError, log) : next),
    traffic,
  }
}

/** Without `origin`, a cache would give the answer for one page's origin to others. */
const joined = (before: string | undefined, more: string): string =>
  before === undefined ? more : `${before}, ${more}`

const aboutRequest = (exchange: Exchange): HookRequest => {
  const { request, requestId, traceparent, variant } = exchange
  let caller: HookRequest['caller']
  return {
    requestId,
    traceparent,
    variant,
    method: request.method,
    headers: toldHeaders(exchange),
    address: request.address(),
    get caller() {
      caller ??= toldCaller(exchange)
      return caller
    },
    context: new Map(),
  }
}

function aboutOperation(
  { requestId, traceparent, variant, method, headers, address, caller, context }: HookRequest,
  exchange: Exchange,
  { definition }: KnownOperation,
): HookOperation {
  const { parameters, cost } = exchange
  const { query } = parameters
  const variables = toldVariables(exchange)
  const operationName = parameters.operationName ?? definition.name?.value
  const type = definition.operation
  const request = { requestId, traceparent, variant, method, headers, address, caller, context }
  return { ...request, type, operationName, query, variables, cost }
}

/** An answer as hooks see it, with their changes. */
function changeable(operation: HookOperation, outcome: Outcome) {
  const state: { changed: Outcome | undefined } = { changed: undefined }
  const about = {
    ...operation,
    body: () => JSON.parse(bytesOf(state.changed ?? outcome).toString()) as Replacement,
    replace(replacement: Replacement): void {
      const { data, errors, extensions = outcome.extensions } = checkedReplacement(replacement)
      state.changed = {
        ...(data !== undefined && { body: Buffer.from(JSON.stringify({ data })) }),
        ...(errors && errors.length > 0 && { errors }),
        ...(extensions && { extensions }),
        ...(outcome.cursor !== undefined && { cursor: outcome.cursor }),
      }
    },
  }
  return {
    about,
    get changed() {
      return state.changed
    },
  }
}

type OnEvent = NonNullable<HookSettings['onSubscriptionEvent']>

/**
 * Not a generator: its `return` would wait for the next event.
 * @param failure makes the last answer of a stream that `onEvent` ends by failing
 */
function changedEvents(
  events: Events,
  about: HookOperation,
  onEvent: (event: Parameters<OnEvent>[0]) => Promise<unknown>,
  failure: (error: unknown) => Outcome,
): Events {
  const next: Events['next'] = async () => {
    for (;;) {
      const result = await events.next()
      // The failure that ends a stream is no event, and has nothing that a hook could look for.
      if (result.done || result.value.body === undefined) return result
      const event = changeable(about, result.value)
      try {
        if ((await onEvent(event.about)) !== false)
          return { done: false, value: event.changed ? eventOf(event.changed) : result.value }
      } catch (error) {
        await events.return()
        return { done: false, value: failure(error) }
      }
    }
  }
  return {
    next,
    return: () => events.return(),
    throw: (error: unknown) => events.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
    [Symbol.asyncDispose]: async () => void (await events.return()),
  }
}

/** An event without data would count as the failure that ends its stream. */
const eventOf = (changed: Outcome): Outcome => (changed.body ? changed : { ...changed, body: NO_DATA })

const NO_DATA = Buffer.from('{"data":null}')

/** A hook that throws changes nothing: the client gets the error as without the hook. */
function changedErrors(next: Mask, onError: NonNullable<HookSettings['onError']>, log: Logger): Mask {
  return (error, request) => {
    const { requestId, traceparent } = request
    const shown = next(error, request)
    try {
      const own = copyOfJson(shown)
      const given: unknown = onError({ requestId, traceparent, error, shown: own }) ?? shown
      if (isThenable(given)) given.then(undefined, () => undefined) // or its rejection would end the process
      if (!isShown(given)) throw new Error('It must return an error of GraphQL with a message, and no promise of one.')
      const { message, path = shown.path, extensions = {} } = given
      const changed: GraphQLFormattedError = { message, extensions: { ...extensions, requestId } }
      return { ...changed, ...(path && { path }), ...(shown.locations && { locations: shown.locations }) }
    } catch (err) {
      log.error({ ...namesOf(request), err, hook: 'onError' }, 'a hook failed')
      return shown
    }
  }
}
