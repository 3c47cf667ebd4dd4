/** What the steps of a service's traffic pass to each other. Types only. */
import type { PickedHeaders } from '../../headers/to-client.ts'
import type { Freshness, ServiceAnswer, ServiceCall, Signal } from './send.ts'

/** A call on its way. */
export interface Work {
  readonly call: ServiceCall
  /** When it is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Aborted when nobody waits for the reply any more. */
  readonly signal: Signal | undefined
  /** True for a second try beside a slow first one. */
  readonly isHedge?: boolean
}

export interface Reply {
  readonly answer: ServiceAnswer
  readonly freshness: Freshness
  /** What the service says its answer depends on, by names that a purge can use. */
  readonly tags: readonly string[]
  /** What clients get of its headers, if anything. */
  readonly headers: PickedHeaders | undefined
}

/** Resolves to the reply or rejects with a `CallFailure`. */
export type Step = (work: Work) => Promise<Reply>
