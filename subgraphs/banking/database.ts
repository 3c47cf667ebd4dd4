/** Opens the database for banking: Prisma over one pool of `pg` connections. The only place that does. */
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../prisma/generated/client.ts'

export interface DatabaseOptions {
  /** A PostgreSQL connection URL. */
  readonly url: string
  /** Connections at most. */
  readonly connections: number
}

const CONNECT_TIMEOUT = 5_000 // milliseconds

/** Connects when it is first asked something. */
export function openDatabase({ url, connections }: DatabaseOptions): PrismaClient {
  const pool = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
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
