/** Hooks around calls to services. Types only. */
import type { ServiceDefinition } from './call/kind.ts'
import type { SubscriptionCall } from './call/send.ts'
import type { Try } from './retry.ts'

export interface TrafficHooks {
  /** Around each try of a call. */
  aroundTry(service: ServiceDefinition, next: Try): Try
  /** Before a stream is opened: the call as it is sent. */
  beforeStream(service: ServiceDefinition, call: SubscriptionCall): Promise<SubscriptionCall>
}
