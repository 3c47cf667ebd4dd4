/**
 * Recognises the API client of a request, whose budget applies. Only clients that the settings name
 * count: anybody could claim any other name, and have a new budget with each.
 */

import type { BudgetSettings } from '../../config/sections/budgets.ts'
import type { Policy } from '../../exchange/exchange.ts'

/** `undefined` if no client has a budget of its own. */
export function recogniseClient({ client, clients }: BudgetSettings): Policy | undefined {
  const names = new Set(Object.keys(clients))
  const { header, claim } = client ?? {}
  if (names.size === 0) return undefined
  return (exchange) => {
    const name = claim === undefined ? exchange.request.headers[header ?? ''] : exchange.caller?.claims[claim]
    if (typeof name === 'string' && names.has(name)) exchange.apiClient = name
  }
}
