/** Combines the hooks of two sources: requests pass the outer first, answers the inner first. */
import type { HookPoints } from './points.ts'

type Hook<Given> = ((given: Given) => void | Promise<void>) | undefined

/** @param outer nearest to the client */
export function both(outer: Partial<HookPoints>, inner: HookPoints): HookPoints {
  return {
    ...inner,
    onRequest: inOrder(outer.onRequest, inner.onRequest),
    onOperation: inOrder(outer.onOperation, inner.onOperation),
    onServiceRequest: inOrder(inner.onServiceRequest, outer.onServiceRequest),
    onServiceResponse: inOrder(outer.onServiceResponse, inner.onServiceResponse),
    onAnswer: inOrder(inner.onAnswer, outer.onAnswer),
    onArrival: outer.onArrival ?? inner.onArrival,
    onParameters: outer.onParameters ?? inner.onParameters,
    onResponse: outer.onResponse ?? inner.onResponse,
    onExecution: inOrder(outer.onExecution, inner.onExecution),
    onExecuted: inOrder(inner.onExecuted, outer.onExecuted),
  }
}

function inOrder<Given>(first: Hook<Given>, second: Hook<Given>): Hook<Given> {
  if (!first || !second) return first ?? second
  return async (given) => {
    await first(given)
    await second(given)
  }
}
