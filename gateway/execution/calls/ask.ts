/**
 * How a plan calls the services. Every call of a run goes through its `Ask`, which knows the fetch
 * that it belongs to.
 */
import type { CallContext, RequestBody, ServiceAnswer, ServiceCall } from '../../traffic/call/send.ts'
import type { Fetch } from '../plan/step.ts'

/** Sends the call of a fetch, given by its index in the plan. Rejects if no answer came. */
export type Ask = (fetch: number, call: ServiceCall) => Promise<ServiceAnswer>

/** A call that was made, with its outcome. */
export interface AskedCall {
  readonly body: RequestBody
  readonly answer: Promise<ServiceAnswer>
}

/** The calls of one run, keyed by the index of the fetch. */
export type AskedCalls = ReadonlyMap<number, readonly AskedCall[]>

/** Records the calls that are made. */
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
