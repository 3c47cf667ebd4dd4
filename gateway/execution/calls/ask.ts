/**
 * The way from a plan to the services. Every call of a run passes through its `Ask`, which is told
 * what the call is for.
 */
import type { RequestBody, ServiceAnswer, ServiceCall } from '../../traffic/call/send.ts'

/**
 * Sends the call of a fetch, which goes by its index in the plan. Rejects where no answer came.
 */
export type Ask = (fetch: number, call: ServiceCall) => Promise<ServiceAnswer>

/** A call that was made, whatever became of it. */
export interface AskedCall {
  readonly body: RequestBody
  readonly answer: Promise<ServiceAnswer>
}

/** What was asked in one run, by the index of the fetch. */
export type AskedCalls = ReadonlyMap<number, readonly AskedCall[]>
