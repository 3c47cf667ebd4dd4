/**
 * Every list is read along an index, whatever its length. Checks plans and touched pages, not
 * times. `ENTRIES=1000000` writes more entries.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Prisma, type PrismaClient } from '../../../../prisma/generated/client.ts'
import { accountPagesQuery, readAccountPages } from '../../../../subgraphs/banking/accounts/read.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import {
  type EntryFilter,
  entriesByIdQuery,
  entriesQuery,
  readEntryPages,
} from '../../../../subgraphs/banking/entries/read.ts'
import { activityQuery } from '../../../../subgraphs/banking/events/read.ts'
import { dueHoldsQuery } from '../../../../subgraphs/banking/holds/expiry.ts'
import { holdsQuery } from '../../../../subgraphs/banking/holds/resolvers.ts'
import { dueSchedulesQuery } from '../../../../subgraphs/banking/schedules/due.ts'
import { daysQuery, statementPageQuery, sumsQuery, totalsQuery } from '../../../../subgraphs/banking/statements/read.ts'
import { groupQuery } from '../../../../subgraphs/banking/transfers/read.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { type Million, writeMillion } from './million.ts'

/** A multiple of 1,000; the cases below name some up to 130,000. */
const ENTRIES = Number(process.env['ENTRIES'] ?? 200_000)

let database: TestDatabase
let prisma: PrismaClient
/** Opened with the service's own options. */
let served: PrismaClient
let million: Million

beforeAll(async () => {
  database = await createDatabase('migrated')
  prisma = openDatabase({ url: database.url, connections: 1 })
  served = openDatabase({ url: database.url, connections: 1, alongIndexes: true })
  million = await writeMillion(database.url, ENTRIES)
})
afterAll(async () => {
  await Promise.all([prisma.$disconnect(), served.$disconnect()])
  await database.drop()
})

/** Tables with so few rows here that a sequential scan is the best plan. */
const FEW = new Set(['ledger', 'customers', 'merchants'])

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Plan[]
}

/** Sequentially scanned tables, and the number of 8 kB pages touched. */
async function costOf(database: PrismaClient, query: Prisma.Sql): Promise<{ scanned: string[]; pages: number }> {
  const [row] = await database.$queryRaw<[{ 'QUERY PLAN': readonly [{ Plan: Plan }] }]>(
    Prisma.sql`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${query}`,
  )
  const scanned: string[] = []
  const walk = (plan: Plan): void => {
    const table = plan['Relation Name'] ?? '?'
    // A nearly empty partition has one page at most.
    if (plan['Node Type'] === 'Seq Scan' && !FEW.has(table) && pagesOf(plan) > 1) scanned.push(table)
    plan.Plans?.forEach(walk)
  }
  const [{ Plan: root }] = row['QUERY PLAN']
  walk(root)
  return { scanned, pages: pagesOf(root) }
}

const pagesOf = (plan: Plan): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']

const page =
  (filter: EntryFilter, before: string | null = null) =>
  () =>
    entriesQuery([{ accountId: million.account, limit: 21, before, filter }])
const from = (filter: EntryFilter, above?: string) => () =>
  entriesQuery([{ accountId: million.account, limit: 21, before: null, above, oldestFirst: true, filter }])
const day = () => ({ accountId: million.account, from: at(20), to: at(44) })
const at = (hours: number) => new Date(Date.parse('2020-01-01T00:00:00Z') + hours * 3_600_000)

test.each<[string, () => Prisma.Sql, number]>([
  ['the newest entries', page({}), 60],
  ['entries behind a cursor in the middle', page({}, `${ENTRIES / 2}`), 60],
  ['the oldest entries', from({}), 60],
  ['entries before a cursor in the middle', from({}, `${ENTRIES / 2}`), 60],
  ['entries of one direction from the oldest on', from({ direction: 'CREDIT' }), 200],
  ['entries of a long-gone hour', page({ from: at(100), to: at(101) }), 80],
  ['entries of one direction', page({ direction: 'CREDIT' }), 200],
  ['entries of a rare amount', page({ minAmount: 4_999n, maxAmount: 4_999n }), 800],
  ['entries of a common range of amounts', page({ minAmount: 10n, maxAmount: 4_000n, direction: 'DEBIT' }), 800],
  ['entries at a merchant', page({ merchant: 'merchant-7' }), 200],
  ['entries of a category', page({ category: 'category-3' }), 400],
  ['entries with a rare text', page({ text: 'Invoice 123450' }), 3_000],
  ['accounts of a customer', () => accountPagesQuery([{ owner: million.customer, limit: 21 }]), 100],
  [
    'the last accounts of a customer',
    () => accountPagesQuery([{ owner: million.customer, limit: 21, backwards: true }]),
    100,
  ],
  ['entries by their ids', () => entriesByIdQuery([{ accountId: million.account, sequence: '30000' }]), 100],
  ['open holds of an account', () => holdsQuery(million.account, { limit: 21, below: '25000' }), 100],
  [
    'the oldest open holds of an account',
    () => holdsQuery(million.account, { limit: 21, above: '5000', backwards: true }),
    100,
  ],
  ['holds that are due', () => dueHoldsQuery(500), 1_500],
  ['schedules that are due', () => dueSchedulesQuery(200), 300],
  ['activity behind a cursor', () => activityQuery([million.account], 150_000n, 20), 300],
  ['a linked group', () => groupQuery('100'), 20],
  ['the sums of a day', () => sumsQuery(day()), 400],
  ['the balance after a day', () => daysQuery(day()), 400],
  ['the totals of a day by category', () => totalsQuery(day()), 400],
  [
    'a page of a statement',
    () => statementPageQuery(million.account, { start: 30_000n, end: BigInt(ENTRIES) }),
    25_000,
  ],
])('An index serves %s', async (_what, query, mostPages) => {
  for (const opened of [prisma, served]) {
    const { scanned, pages } = await costOf(opened, query())
    expect(scanned).toEqual([])
    expect(pages).toBeLessThanOrEqual(mostPages)
  }
})

const UNGUARDED = ['accounts', 'entries'].map((table) => `ALTER TABLE ${table} DISABLE TRIGGER USER`)
const ACCOUNT = `INSERT INTO accounts (id, number, kind, currency, name, opened_at)
  VALUES (99010199999999, 'GROWN', 'INTERNAL', 'EUR', 'Grown', now())`
const MANY = `INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at)
  SELECT 99010199999999, n, n, 1, n, now() FROM generate_series(1, 100000) n`

test('A plan cached while there were no entries still finds a page of many along the index', async () => {
  const growing = await createDatabase('migrated')
  const opened = openDatabase({ url: growing.url, connections: 1, alongIndexes: true })
  try {
    for (const statement of [...UNGUARDED, ACCOUNT, 'ANALYZE']) await opened.$executeRawUnsafe(statement)
    const key = { accountId: '99010199999999', limit: 21, before: null, filter: {} }
    // PostgreSQL makes so many custom plans before it considers a generic one.
    for (const before of [null, '50000'])
      for (let n = 0; n < 10; n += 1) await readEntryPages(opened, [{ ...key, before }])
    // Over the same connection, without ANALYZE.
    await opened.$executeRawUnsafe(MANY)
    for (const [name, values] of [
      ['entries:newest', `'{99010199999999}', 21`],
      ['entries:before', `'{99010199999999}', '50000', 21`],
    ] as const) {
      const kept = Prisma.raw(`EXECUTE "${name}" (${values})`)
      const { scanned, pages } = await costOf(opened, Prisma.sql`${kept}`)
      expect(scanned).toEqual([])
      expect(pages).toBeLessThanOrEqual(60)
    }
    const plans = await opened.$queryRaw<{ kept: bigint }[]>`
      SELECT generic_plans AS kept FROM pg_prepared_statements WHERE name LIKE 'entries:%'`
    expect(plans.map(({ kept }) => kept > 0n)).toEqual([true, true])
  } finally {
    await opened.$disconnect()
    await growing.drop()
  }
})

test('Pages of several accounts and filters are read in one query, each row in its place', async () => {
  const keys = [
    { accountId: million.account, limit: 3, before: null, filter: {} },
    { accountId: million.account, limit: 2, before: '10', filter: { direction: 'CREDIT' as const } },
    { accountId: '99010199999998', limit: 3, before: null, filter: {} },
    { accountId: million.account, limit: 3, before: null, oldestFirst: true, filter: {} },
    { accountId: million.account, limit: 9, before: '9', above: '6', oldestFirst: true, filter: {} },
  ]
  const pages = await readEntryPages(prisma, keys)
  expect(pages.map((rows) => rows.map(({ sequence }) => Number(sequence)))).toEqual([
    [ENTRIES, ENTRIES - 1, ENTRIES - 2],
    [9, 6],
    [],
    [1, 2, 3],
    [7, 8],
  ])
  const [accounts] = await readAccountPages(prisma, [{ owner: million.customer, limit: 2, above: '99010199999990' }])
  expect(accounts?.map(({ id }) => id)).toEqual(['99010199999991', '99010199999992'])
})
