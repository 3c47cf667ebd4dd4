/**
 * Recognizes the API client of a request, whose budget applies. Only names in the settings count:
 * otherwise anybody could get a new budget with each invented name.
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
