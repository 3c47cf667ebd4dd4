import type { Exchange, Policy } from '../exchange/exchange.ts'

/** Applies policies in order. Returns a promise only if one of them waits, which is rare. */
export function applyPolicies(policies: readonly Policy[], exchange: Exchange, from = 0): Promise<void> | undefined {
  for (let at = from; at < policies.length; at += 1) {
    const pending = (policies[at] as Policy)(exchange)
    if (pending) return pending.then(() => applyPolicies(policies, exchange, at + 1))
  }
  return undefined
}
