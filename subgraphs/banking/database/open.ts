/**
 * Opens the database for banking: Prisma over a pool of `pg` connections. The only place that does.
 */
import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool, PoolClient } from 'pg' // MIT; what Prisma's adapter runs on
import { type Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { markBackend } from './backends.ts'
import { PrimaryClient } from './connect.ts'
import { openPool, type PoolOptions } from './pool.ts'
import { retriedReads } from './retried-reads.ts'

/** Runs one statement and gives its rows, with 64-bit integers as the driver gives them. */
export type Query = <Row extends object>(statement: Prisma.Sql) => Promise<Row[]>

export interface LedgerDatabase {
  /** For transactions of several statements. */
  readonly prisma: PrismaClient
  /**
   * For the two statements of a speculated batch, and a third that reads the outcomes of used keys:
   * bypasses Prisma's query compiler, which took a fifth of the ledger's time for their parameters.
   * They are still written as Prisma's SQL.
   */
  readonly query: Query
  /**
   * Cuts its connections, for what lost the answer of one may have lost those of the others. What
   * they were doing may have happened or not.
   */
  reconnect(): void
  close(): Promise<void>
}

interface ReadOptions extends PoolOptions {
  /** Milliseconds to wait for the answer to a statement. */
  readonly readTimeout?: number
  /** Milliseconds after which the database ends a statement, unless the URL says how many. */
  readonly statementTimeout?: number
  /**
   * For reads that all have an index: keeps a cached plan, made while a partition was empty, from
   * scanning it.
   */
  readonly alongIndexes?: boolean
}

/** Connects at first use, and repeats a read that failed with its connection. */
export function openDatabase(asked: ReadOptions): PrismaClient {
  const { readTimeout, statementTimeout, alongIndexes = false, ...options } = asked
  const isLimited = statementTimeout !== undefined && !options.url.includes('statement_timeout')
  const session = [
    ...(alongIndexes ? ALONG_INDEXES : []),
    ...(isLimited ? [`statement_timeout=${statementTimeout}`] : []),
  ]
  const pool = openPool({ ...options, session }, readTimeout === undefined ? {} : { query_timeout: readTimeout })
  return new PrismaClient({ adapter: retriedReads(adapterOf(pool, { disposeExternalPool: true })) })
}

const ALONG_INDEXES = ['enable_seqscan=off', 'jit=off']
/**
 * Planner settings for the ledger's statements: without them PostgreSQL scans tables that just
 * grew, and plans the same statements every time.
 */
const PINNED = [...ALONG_INDEXES, 'enable_hashjoin=off', 'enable_mergejoin=off', 'plan_cache_mode=force_generic_plan']

interface LedgerDatabaseOptions extends PoolOptions {
  /** Under which the connections are marked; left out, they are not. */
  readonly instance?: number
  /**
   * Milliseconds to wait for the answer to a statement. Then its outcome is unknown, and is asked
   * for over another connection.
   */
  readonly answerTimeout?: number
}

/** Connections for the ledger's own statements. Connects at first use. */
export function openLedgerDatabase({
  instance,
  answerTimeout = 30_000,
  ...options
}: LedgerDatabaseOptions): LedgerDatabase {
  const pool = openPool(
    { ...options, session: PINNED },
    {
      ...(instance !== undefined && { onConnect: (client) => markBackend(client, instance) }),
      query_timeout: answerTimeout,
    },
  )
  const open = new Set<PoolClient>()
  pool.on('connect', (client) => open.add(client)).on('remove', (client) => open.delete(client))
  const prisma = new PrismaClient({ adapter: adapterOf(pool, {}) })
  return {
    prisma,
    async query<Row extends object>({ text, values }: Prisma.Sql) {
      return (await pool.query<Row>({ name: statementName(text), text, values })).rows
    },
    reconnect() {
      for (const client of open) if (client instanceof PrimaryClient) client.cut()
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

const adapterOf = (pool: Pool, options: { readonly disposeExternalPool?: boolean }): PrismaPg =>
  new PrismaPg(pool, { ...options, statementNameGenerator: ({ sql }) => statementName(sql) })

/**
 * The comment of a marked statement is the name under which each connection prepares it once;
 * others are planned each time.
 */
const statementName = (sql: string): string => /^\/\* ([\w:-]+) \*\//.exec(sql)?.[1] ?? ''
