/** The interface between the steps of a service's traffic. Types only. */
import type { PickedHeaders } from '../../headers/to-client.ts'
import type { Callers } from './callers.ts'
import type { Freshness, ServiceAnswer, ServiceCall, Signal } from './send.ts'

/** A call, with its deadline and signal. */
export interface Work {
  readonly call: ServiceCall
  /** Deadline, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Aborted when nobody waits for the reply any more. */
  readonly signal: Signal | undefined
  /** All whose calls this one answers; if absent, those of its context. */
  readonly callers?: Callers
  /** True for a second try beside a slow first one. */
  readonly isHedge?: boolean
}

export interface Reply {
  readonly answer: ServiceAnswer
  readonly freshness: Freshness
  /** Tags that the service gave the answer, for purges. */
  readonly tags: readonly string[]
  /** Headers that clients get, if any. */
  readonly headers: PickedHeaders | undefined
}

/** Resolves to the reply or rejects with a `CallFailure`. */
export type Step = (work: Work) => Promise<Reply>
