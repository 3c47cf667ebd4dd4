/** A pool of connections to a database's primary, wherever that is now. Knows no statement. */
import { Pool, type PoolConfig } from 'pg'
import { clientFor, PrimaryClient } from './connect.ts'

export interface PoolOptions {
  /** A PostgreSQL connection URL, of one host or several. */
  readonly url: string
  /** Connections at most. */
  readonly connections: number
  /** Milliseconds to wait for a connection, a free one or a new one. */
  readonly connectTimeout?: number
  /** Settings of each connection at the database, as `name=value`. */
  readonly session?: readonly string[]
}

export function openPool(
  { url, connections, connectTimeout = 5_000, session = [] }: PoolOptions,
  settings: PoolConfig = {},
): Pool {
  const pool = new Pool({
    connectionString: url,
    Client: clientFor(url),
    max: connections,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A process that stops in the middle of a batch must not hold its locks for longer.
    idle_in_transaction_session_timeout: 10_000, // milliseconds
    options: session.map((setting) => `-c ${setting}`).join(' '),
    ...settings,
  })
  // Without a listener the end of an idle connection would end the process.
  pool.on('error', () => {})
  pool.on('release', (_error, client) => {
    if (client instanceof PrimaryClient && client.isReadOnly) void client.end()
  })
  return pool
}
