/** What the steps of a service's traffic pass to each other. Types only. */
import type { Freshness, ServiceAnswer, ServiceCall } from './send.ts'

/** A call on its way. */
export interface Work {
  readonly call: ServiceCall
  /** The body as it goes over the wire. */
  readonly text: string
  /** When it is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number
}

export interface Reply {
  readonly answer: ServiceAnswer
  readonly freshness: Freshness
}

/** Resolves to the reply or rejects with a `CallFailure`. */
export type Step = (work: Work) => Promise<Reply>
