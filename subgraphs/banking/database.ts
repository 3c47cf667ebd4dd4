/** Opens the database for banking: Prisma over one pool of `pg` connections. The only place that does. */
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../prisma/generated/client.ts'

export interface DatabaseOptions {
  /** A PostgreSQL connection URL. */
  readonly url: string
  /** Connections at most. */
  readonly connections: number
  /** Milliseconds to wait for a connection, a free one or a new one. */
  readonly connectTimeout?: number
}

/** Connects when it is first asked something. */
export function openDatabase({ url, connections, connectTimeout = 5_000 }: DatabaseOptions): PrismaClient {
  const pool = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A process that is stopped or cut off in the middle of a batch must not hold the ledger's lock for longer.
    idle_in_transaction_session_timeout: 10_000, // milliseconds
  }
  return new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => statementName(sql) }),
  })
}

/** Statements marked with a comment are prepared under that name, once a connection; the others are planned each time. */
const statementName = (sql: string): string => /^\/\* ([\w:-]+) \*\//.exec(sql)?.[1] ?? ''
