/** The hooks of two sources as one: requests meet the first's first, answers the second's first. */
import type { HookSettings } from '../config/sections/hooks.ts'

type Hook<Given> = ((given: Given) => void | Promise<void>) | undefined

/** @param outer meets the client first and last */
export function both(outer: Partial<HookSettings>, inner: HookSettings): HookSettings {
  return {
    ...inner,
    onRequest: inOrder(outer.onRequest, inner.onRequest),
    onOperation: inOrder(outer.onOperation, inner.onOperation),
    onServiceRequest: inOrder(inner.onServiceRequest, outer.onServiceRequest),
    onServiceResponse: inOrder(outer.onServiceResponse, inner.onServiceResponse),
    onAnswer: inOrder(inner.onAnswer, outer.onAnswer),
  }
}

function inOrder<Given>(first: Hook<Given>, second: Hook<Given>): Hook<Given> {
  if (!first || !second) return first ?? second
  return async (given) => {
    await first(given)
    await second(given)
  }
}
