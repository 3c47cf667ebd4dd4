/** One running copy of a service: its connections, and what is known of its health. Sends nothing by itself. */
import { type Breaker, createBreaker } from './breaker.ts'
import { createHttpPool, type HttpPool } from './client/pool.ts'
import { createFileClient, type FileClient } from './file-client.ts'

export interface Instance {
  /** As configured, without path; shown on the admin port only. */
  readonly url: string
  /** Scheme, host and port. */
  readonly origin: string
  /** Where operations are posted. */
  readonly path: string
  /** For operations and questions about health: answers that are small enough to be kept in memory. */
  readonly http: HttpPool
  /** For files, which are handed on as they come. */
  readonly files: FileClient
  readonly breaker: Breaker
  /** Calls sent and not yet answered. */
  inFlight: number
  /** From the instance's own health answer; unknown where it has none. */
  pid: number | undefined
}

/**
 * @param address base address, or with a path the whole endpoint
 * @param connections at most; each carries one call at a time
 * @param echoes whether it names in each answer the call that it answers
 */
export function openInstance(address: string, connections: number, echoes: boolean): Instance {
  const { origin, pathname, search } = new URL(address)
  return {
    url: address,
    origin,
    path: pathname === '/' ? '/graphql' : `${pathname}${search}`,
    http: createHttpPool(origin, connections, echoes),
    files: createFileClient(origin, connections),
    breaker: createBreaker(),
    inFlight: 0,
    pid: undefined,
  }
}

/** What the admin port says of an instance. */
export const healthOf = ({ breaker }: Instance): 'healthy' | 'unhealthy' =>
  breaker.state === 'closed' ? 'healthy' : 'unhealthy'
