/**
 * The way from a plan to the services. Every call of a run passes through its `Ask`, which is told
 * what the call is for.
 */
import type { CallContext, RequestBody, ServiceAnswer, ServiceCall } from '../../traffic/call/send.ts'
import type { Fetch } from '../plan/step.ts'

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

/** Keeps account of what is asked. */
export function recorded(ask: Ask): { readonly ask: Ask; readonly asked: AskedCalls } {
  const asked = new Map<number, AskedCall[]>()
  return {
    asked,
    ask(fetch, call) {
      const answer = ask(fetch, call)
      const one = { body: call.body, answer }
      const calls = asked.get(fetch)
      if (calls) calls.push(one)
      else asked.set(fetch, [one])
      return answer
    },
  }
}

/** @param read takes a whole answer in, where it is as expected */
export const callOf = (
  { node: { serviceName: service, operationKind } }: Fetch,
  body: RequestBody,
  context: CallContext,
  read?: ServiceCall['read'],
): ServiceCall => ({ service, operation: operationKind === 'mutation' ? 'mutation' : 'query', body, context, read })
