/**
 * Subscribes at an instance that is fit. What becomes of a stream is no evidence about calls:
 * streams can fail by their number alone, which one caller decides, and an idle one proves nothing.
 * So they neither open a breaker nor are its trial.
 */

import type { Named } from '../../platform/protocol/trace-context.ts'
import { CallFailure } from './call/failure.ts'
import type { ServiceDefinition } from './call/kind.ts'
import type { ServiceAnswer, SubscriptionCall } from './call/send.ts'
import type { HeadersFor } from './delivery.ts'
import type { Fleet } from './fleet.ts'
import type { TrafficHooks } from './hooks.ts'
import type { Instance } from './instance.ts'
import { openStream } from './stream.ts'

interface SubscriptionOptions {
  readonly fleet: Fleet
  readonly definition: ServiceDefinition
  readonly headersFor: HeadersFor
  readonly hooks: TrafficHooks | undefined
  /** What the caller is told of a failure. */
  readonly refusalOf: (error: unknown, service: string, request: Named) => unknown
}

/**
 * Ends when the service is done or `signal` is aborted. An instance that cannot be connected to is
 * left for another one.
 */
export async function* subscription(
  { definition, fleet, headersFor, hooks, refusalOf }: SubscriptionOptions,
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
    const stream = openStream(instance, [...headersFor(instance, call), ...(call.added ?? [])], call.body.bytes, signal)
    try {
      for (let answer = await stream.next(); answer; answer = await stream.next()) yield answer
      return
    } catch (error) {
      if (error instanceof CallFailure) error.instance = instance.url
      if (signal.aborted) return
      // Once it has answered, events could be missed in between.
      if (!isUnreached(error) || stream.hasAnswered()) throw refused(error)
      failure = error
    } finally {
      stream.close()
    }
  }
}

const isUnreached = (error: unknown): boolean => error instanceof CallFailure && error.kind === 'connection'
