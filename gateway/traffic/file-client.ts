/** The client that fetches one instance's files, opened for the first of them. */
import type { Dispatcher, Pool } from 'undici'
import { lookupAt } from './client/lookup-at.ts'

export interface FileClient {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>
  /** Ends downloads in progress. */
  close(): Promise<void>
}

/**
 * @param origin scheme, host and port @param connections at most; each carries one file at a time
 * @param at the host to connect to, if the name has several
 */
export function createFileClient(origin: string, connections: number, at?: string): FileClient {
  let pool: Promise<Pool> | undefined
  return {
    async request(options) {
      pool ??= openPool(origin, connections, at)
      return (await pool).request(options)
    },
    async close() {
      await (await pool)?.destroy()
    },
  }
}

async function openPool(origin: string, connections: number, at: string | undefined): Promise<Pool> {
  // MIT; the client behind Node's own fetch. Loaded lazily: it takes ten megabytes.
  const { Pool } = await import('undici')
  return new Pool(origin, {
    connections,
    pipelining: 0, // one request per connection: unrequested bytes after an answer are no other caller's file
    connect: {
      timeout: 2_000, // milliseconds
      ...(at !== undefined && { lookup: lookupAt(at) }),
    },
  })
}
