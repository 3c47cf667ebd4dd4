/**
 * Opens the database for banking: Prisma over a pool of `pg` connections. The only place that does.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import { Pool, type PoolConfig } from 'pg' // MIT; what Prisma's adapter runs on
import { type Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { retriedReads } from './retried-reads.ts'

interface DatabaseOptions {
  /** A PostgreSQL connection URL. */
  readonly url: string
  /** Connections at most. */
  readonly connections: number
  /** Milliseconds to wait for a connection, a free one or a new one. */
  readonly connectTimeout?: number
}

/** Runs one statement and gives its rows, with 64-bit integers as the driver gives them. */
export type Query = <Row extends object>(statement: Prisma.Sql) => Promise<Row[]>

export interface LedgerDatabase {
  /** For transactions of several statements. */
  readonly prisma: PrismaClient
  /**
   * For the two statements that every batch runs: past Prisma's query compiler, which took a fifth
   * of the ledger's time to go through their parameters. They are written as Prisma's SQL all the
   * same.
   */
  readonly query: Query
  close(): Promise<void>
}

/** Connects when it is first asked something, and reads once more what a lost connection cost. */
export const openDatabase = (options: DatabaseOptions): PrismaClient =>
  new PrismaClient({ adapter: retriedReads(adapterOf(openPool(options), { disposeExternalPool: true })) })

/**
 * The planner as the ledger's statements want it: on tables that just grew it would otherwise scan
 * them whole, and it would plan the same statements anew each time.
 */
const PINNED = [
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
]

/** Connections for the ledger's own statements. Connects when it is first asked something. */
export function openLedgerDatabase(options: DatabaseOptions): LedgerDatabase {
  const pool = openPool(options, {
    options: PINNED.map((setting) => `-c ${setting}`).join(' '),
    // Where nothing is heard for so long, the outcome is unknown, and is asked for again over
    // another connection.
    query_timeout: 30_000, // milliseconds
  })
  const prisma = new PrismaClient({ adapter: adapterOf(pool, {}) })
  return {
    prisma,
    async query<Row extends object>({ text, values }: Prisma.Sql) {
      return (await pool.query<Row>({ name: statementName(text), text, values })).rows
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

const adapterOf = (pool: Pool, options: { readonly disposeExternalPool?: boolean }): PrismaPg =>
  new PrismaPg(pool, { ...options, statementNameGenerator: ({ sql }) => statementName(sql) })

function openPool({ url, connections, connectTimeout = 5_000 }: DatabaseOptions, settings: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    // A process that is stopped or cut off in the middle of a batch must not hold the ledger's lock
    // for longer.
    idle_in_transaction_session_timeout: 10_000, // milliseconds
    ...settings,
  })
  // Without a listener the end of an idle connection would end the process; whoever asks next gets
  // a new one.
  pool.on('error', () => {})
  // Nor may the end of one that is handed out, before whoever gets it listens: the server may say
  // farewell in the read that made it.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * Statements marked with a comment are prepared under that name, once a connection; the others are
 * planned each time.
 */
const statementName = (sql: string): string => /^\/\* ([\w:-]+) \*\//.exec(sql)?.[1] ?? ''
