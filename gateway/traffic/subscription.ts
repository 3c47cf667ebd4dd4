/**
 * Subscribes at a healthy instance. Streams are no evidence about an instance's health: they can
 * fail by their number alone, which one caller decides, and an idle one proves nothing. So they
 * neither open a breaker nor serve as its trial.
 */

import type { Named } from '../../platform/protocol/trace-context.ts'
import { CallFailure } from './call/failure.ts'
import type { Stream } from './call/inbox.ts'
import type { ServiceDefinition } from './call/kind.ts'
import type { ServiceAnswer, SubscriptionCall } from './call/send.ts'
import { type HeadersFor, judgesCaller, withAdded } from './delivery.ts'
import type { Fleet } from './fleet.ts'
import type { TrafficHooks } from './hooks.ts'
import type { Instance } from './instance.ts'
import { openStream } from './stream.ts'

interface SubscriptionOptions {
  readonly fleet: Fleet
  readonly definition: ServiceDefinition
  /** Whether its answers are the same for every caller. */
  readonly isShared: boolean
  readonly headersFor: HeadersFor
  /** For requests that open a WebSocket. */
  readonly upgradeHeadersFor: HeadersFor
  readonly hooks: TrafficHooks | undefined
  /** Makes the caller's error for a failure. */
  readonly refusalOf: (error: unknown, service: string, request: Named) => unknown
}

/**
 * Ends when the service completes or `signal` is aborted. If an instance cannot be connected to,
 * another is tried.
 */
export async function* subscription(
  { definition, fleet, hooks, refusalOf, ...options }: SubscriptionOptions,
  given: SubscriptionCall,
  signal: AbortSignal,
): AsyncGenerator<ServiceAnswer, void, undefined> {
  const call = hooks ? await hooks.beforeStream(definition, given) : given
  const asked = new Set<Instance>()
  const refused = (error: unknown): unknown => refusalOf(error, call.service, call.context)
  let failure: unknown = new CallFailure('overload', 'no instance is fit to be asked')
  while (!signal.aborted) {
    const instance = fleet.peek(asked)
    if (!instance || asked.has(instance)) throw refused(failure)
    asked.add(instance)
    const stream = streamAt(instance, { definition, ...options }, call, signal)
    try {
      for (let answer = await stream.next(); answer; answer = await stream.next()) yield answer
      return
    } catch (error) {
      if (error instanceof CallFailure) error.instance = instance.url
      if (signal.aborted) return
      // Once it has answered, another start could miss events.
      if (!isUnreached(error) || stream.hasAnswered()) throw refused(error)
      failure = error
    } finally {
      stream.close()
    }
  }
}

function streamAt(
  instance: Instance,
  {
    definition,
    isShared,
    headersFor,
    upgradeHeadersFor,
  }: Pick<SubscriptionOptions, 'definition' | 'isShared' | 'headersFor' | 'upgradeHeadersFor'>,
  { context, body, added }: SubscriptionCall,
  signal: AbortSignal,
): Stream {
  const { sockets, authorization, path: posted, ...place } = instance
  const isAboutCaller = (headers: readonly string[]): boolean =>
    !isShared && judgesCaller(definition, instance, headers)
  if (!sockets) {
    const headers = withAdded(headersFor(instance, { context, body }), added)
    return openStream(instance, headers, body.bytes, isAboutCaller(headers), signal)
  }
  const path = definition.subscriptionPath ?? posted
  const headers = withAdded(upgradeHeadersFor({ path, authorization }, { context, body: NO_BODY }), added)
  return sockets.subscribe(
    { ...place, path, headers, judgesCaller: isAboutCaller(headers) },
    isShared ? '' : context.caller(),
    body.bytes,
    signal,
  )
}

const NO_BODY: SubscriptionCall['body'] = { bytes: Buffer.alloc(0), representations: undefined }

const isUnreached = (error: unknown): boolean => error instanceof CallFailure && error.kind === 'connection'
