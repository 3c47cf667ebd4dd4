/** Reads pages of accounts' entries, newest first, by seek along the primary key. Never counts and never skips rows. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../ledger/columns.ts'

/** An entry as it is stored. */
export interface EntryRow {
  readonly accountId: string
  readonly sequence: bigint
  readonly transferId: string
  /** Minor units; a debit is negative. */
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly postedAt: Date
}

export interface EntryFilter {
  readonly direction?: 'DEBIT' | 'CREDIT' | null
  /** Posted at this instant or later. */
  readonly from?: Date | null
  /** Posted before this instant. */
  readonly to?: Date | null
}

export interface EntryPageKey {
  readonly accountId: string
  /** Rows at most. */
  readonly limit: number
  /** The page begins below this sequence; null for the newest. */
  readonly before: string | null
  readonly filter: EntryFilter
}

/** One page for each key, in order. Pages that differ in nothing but the account are read together. */
export async function readEntryPages(
  database: PrismaClient,
  keys: readonly EntryPageKey[],
): Promise<readonly (readonly EntryRow[])[]> {
  const pages = new Map<EntryPageKey, readonly EntryRow[]>()
  const groups = Map.groupBy(keys, ({ limit, before, filter }) => JSON.stringify([limit, before, filter]))
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const byAccount = Map.groupBy(await readGroup(database, group), ({ accountId }) => accountId)
      for (const key of group) pages.set(key, byAccount.get(key.accountId) ?? [])
    }),
  )
  return keys.map((key) => pages.get(key) ?? [])
}

async function readGroup(database: PrismaClient, group: readonly EntryPageKey[]): Promise<EntryRow[]> {
  const [{ limit, before, filter }] = group as [EntryPageKey]
  const conditions = [
    ...(before === null ? [] : [Prisma.sql`sequence < ${before}::bigint`]),
    ...conditionsOf(filter),
    Prisma.sql`account_id = account.id`,
  ]
  return database.$queryRaw<EntryRow[]>`
    SELECT e.account_id::text AS "accountId", e.sequence, e.transfer_id::text AS "transferId", e.amount,
      e.balance_after AS "balanceAfter", e.posted_at AS "postedAt"
    FROM unnest(${plainArray(group.map(({ accountId }) => accountId))}::bigint[]) AS account (id)
    CROSS JOIN LATERAL (
      SELECT * FROM entries WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY sequence DESC LIMIT ${limit}
    ) e ORDER BY e.account_id, e.sequence DESC`
}

/**
 * The ledger's clock never runs backwards, so an instant is a place in the sequence: the first event of the first batch from then on.
 * Dates become bounds on the primary key, and need no index on every entry.
 */
export const sequenceAt = (instant: Date): Prisma.Sql => Prisma.sql`COALESCE(
  (SELECT first_sequence FROM batches WHERE at >= ${instant.toISOString()}::timestamptz ORDER BY at, number LIMIT 1),
  9223372036854775807)`

function conditionsOf({ direction, from, to }: EntryFilter): Prisma.Sql[] {
  return [
    ...(from ? [Prisma.sql`sequence >= ${sequenceAt(from)}`] : []),
    ...(to ? [Prisma.sql`sequence < ${sequenceAt(to)}`] : []),
    ...(direction === 'DEBIT' ? [Prisma.sql`amount < 0`] : []),
    ...(direction === 'CREDIT' ? [Prisma.sql`amount > 0`] : []),
  ]
}
