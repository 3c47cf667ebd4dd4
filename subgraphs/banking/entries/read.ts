/**
 * Reads pages of accounts' entries, from either end, by seek along the primary key. Never counts
 * and never skips rows.
 */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import { MAX_AMOUNT } from '../money/amount.ts'
import { keyText } from '../request/load.ts'

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
  /** Minor units, both ends included. */
  readonly minAmount?: bigint | null
  readonly maxAmount?: bigint | null
  readonly merchant?: string | null
  readonly category?: string | null
  /** Part of the reference or of the merchant's name, ignoring case and accents. */
  readonly text?: string | null
}

export interface EntryPageKey {
  readonly accountId: string
  /** Rows at most. */
  readonly limit: number
  /** Entries below this sequence; null for the newest, too. */
  readonly before: string | null
  /** Entries above this sequence. */
  readonly above?: string | undefined
  readonly oldestFirst?: boolean
  readonly filter: EntryFilter
}

/** One page for each key, in order. Pages that differ only in the account are read together. */
export async function readEntryPages(
  database: PrismaClient,
  keys: readonly EntryPageKey[],
): Promise<readonly (readonly EntryRow[])[]> {
  const pages = new Map<EntryPageKey, readonly EntryRow[]>()
  const groups = Map.groupBy(keys, ({ accountId: _account, ...common }) => keyText(common))
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const byAccount = Map.groupBy(await readGroup(database, group), ({ accountId }) => accountId)
      for (const key of group) pages.set(key, byAccount.get(key.accountId) ?? [])
    }),
  )
  return keys.map((key) => pages.get(key) ?? [])
}

const readGroup = (database: PrismaClient, group: readonly EntryPageKey[]): Promise<EntryRow[]> =>
  database.$queryRaw<EntryRow[]>(entriesQuery(group))

/**
 * The statement for pages that differ in nothing but the account. Pages without a filter, the
 * newest first, which are nearly all, are prepared: to plan them costs PostgreSQL several times
 * what it costs to read them.
 */
export function entriesQuery(group: readonly EntryPageKey[]): Prisma.Sql {
  const [{ limit, before, above, oldestFirst = false, filter }] = group as [EntryPageKey]
  const filters = conditionsOf(filter)
  const conditions = [
    ...(before === null ? [] : [Prisma.sql`sequence < ${before}::bigint`]),
    ...(above === undefined ? [] : [Prisma.sql`sequence > ${above}::bigint`]),
    ...filters,
    Prisma.sql`account_id = account.id`,
  ]
  const usual = before === null ? NEWEST : BEFORE
  const isUsual = filters.length === 0 && above === undefined && !oldestFirst
  const order = oldestFirst ? Prisma.sql`ASC` : Prisma.sql`DESC`
  return Prisma.sql`${isUsual ? usual : Prisma.empty}
    SELECT e.account_id::text AS "accountId", e.sequence, e.transfer_id::text AS "transferId", e.amount,
      e.balance_after AS "balanceAfter", e.posted_at AS "postedAt"
    FROM unnest(${plainArray(group.map(({ accountId }) => accountId))}::bigint[]) AS account (id)
    CROSS JOIN LATERAL (
      SELECT * FROM history.entries WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY sequence ${order} LIMIT ${limit}
    ) e ORDER BY e.account_id, e.sequence ${order}`
}

/** An entry's id: the account's and the sequence. */
interface EntryId {
  readonly accountId: string
  readonly sequence: string
}

/** The entry of each id; null if there is none. */
export async function readEntries(
  database: PrismaClient,
  ids: readonly EntryId[],
): Promise<readonly (EntryRow | null)[]> {
  const rows = await database.$queryRaw<EntryRow[]>(entriesByIdQuery(ids))
  const byId = new Map(rows.map((row) => [`${row.accountId}-${row.sequence}`, row]))
  return ids.map(({ accountId, sequence }) => byId.get(`${accountId}-${sequence}`) ?? null)
}

export const entriesByIdQuery = (ids: readonly EntryId[]): Prisma.Sql => Prisma.sql`/* entries:by-id */
  SELECT e.account_id::text AS "accountId", e.sequence, e.transfer_id::text AS "transferId", e.amount,
    e.balance_after AS "balanceAfter", e.posted_at AS "postedAt"
  FROM unnest(
    ${plainArray(ids.map(({ accountId }) => accountId))}::bigint[],
    ${plainArray(ids.map(({ sequence }) => sequence))}::bigint[]
  ) AS wanted (account_id, sequence)
  JOIN history.entries e ON e.account_id = wanted.account_id AND e.sequence = wanted.sequence`

/** Each names one text of the statement. */
const NEWEST = Prisma.raw('/* entries:newest */')
const BEFORE = Prisma.raw('/* entries:before */')

/**
 * The ledger's clock never runs backwards, so an instant is a place in the sequence: the first
 * event of the first batch from then on. Dates become bounds on the primary key, and need no index.
 */
export const sequenceAt = (instant: Date): Prisma.Sql => Prisma.sql`COALESCE(
  (SELECT first_sequence FROM batches WHERE at >= ${instant.toISOString()}::timestamptz ORDER BY at, number LIMIT 1),
  9223372036854775807)`

function conditionsOf(filter: EntryFilter): Prisma.Sql[] {
  const { from, to, merchant, category, text } = filter
  return [
    ...(from ? [Prisma.sql`sequence >= ${sequenceAt(from)}`] : []),
    ...(to ? [Prisma.sql`sequence < ${sequenceAt(to)}`] : []),
    ...amountConditions(filter),
    ...(merchant ? [Prisma.sql`merchant_id = ${merchant}`] : []),
    ...(category ? [Prisma.sql`category = ${category}`] : []),
    ...(text ? [Prisma.sql`search LIKE '%' || ${escaped(text)} || '%'`] : []),
  ]
}

/**
 * Composed as entries are (`apply.ts`). Escapes last: `unaccent` makes % and _ of their full-width
 * forms.
 */
const escaped = (text: string): Prisma.Sql =>
  Prisma.sql`regexp_replace(lower(unaccent(${text.normalize()})), '([\\\\%_])', '\\\\\\1', 'g')`

/**
 * Amounts are stored with their sign: a range of absolute amounts is one of debits, one of credits,
 * or both.
 */
function amountConditions({ direction, minAmount, maxAmount }: EntryFilter): Prisma.Sql[] {
  if (!direction && !minAmount && !maxAmount) return []
  const [least, most] = [minAmount ?? 1n, maxAmount ?? MAX_AMOUNT]
  const debits = Prisma.sql`amount BETWEEN ${-most} AND ${-least}`
  const credits = Prisma.sql`amount BETWEEN ${least} AND ${most}`
  if (direction === 'DEBIT') return [debits]
  return direction === 'CREDIT' ? [credits] : [Prisma.sql`(${debits} OR ${credits})`]
}
