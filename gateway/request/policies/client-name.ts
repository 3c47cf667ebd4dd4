/**
 * Reads the name that a client gives itself. Anybody can claim any name: it selects among
 * registered operations, and gives no rights.
 */
import type { Exchange } from '../../exchange/exchange.ts'

export type ClientName = (exchange: Exchange) => string | undefined

/** @param headers the first one present counts */
export const createClientName =
  (headers: readonly string[]): ClientName =>
  ({ request }) => {
    for (const header of headers) {
      const name = request.headers[header]
      if (typeof name === 'string') return name
    }
    return undefined
  }
