/**
 * The name by which a client calls itself. Anybody can claim any: it chooses among registered
 * operations, and gives no right.
 */
import type { Exchange } from '../../exchange/exchange.ts'

export type ClientName = (exchange: Exchange) => string | undefined

/** @param headers the first that is there counts */
export const createClientName =
  (headers: readonly string[]): ClientName =>
  ({ request }) => {
    for (const header of headers) {
      const name = request.headers[header]
      if (typeof name === 'string') return name
    }
    return undefined
  }
