/**
 * Reads statements: sums in one SQL statement, and any number of entries page by page along the
 * primary key.
 */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { sequenceAt } from '../entries/read.ts'
import { maskAccountNumber } from '../ledger/account-number.ts'
import type { StatementEntry, Sums, Turnover } from './statement.ts'

/** An account and a period; `to` is the first instant after it. */
export interface Period {
  /** 14 digits. */
  readonly accountId: string
  readonly from: Date
  readonly to: Date
}

/**
 * A period as a range of the ledger's sequence, fixed when it is read; `end` is the first after it.
 */
interface Range {
  readonly start: bigint
  readonly end: bigint
}

/** The turnover of one month in one category; amounts are minor units and not negative. */
export interface Total {
  /** The month's first day, `YYYY-MM-DD`. */
  readonly month: string
  /** The merchants'; null for payments without a merchant. */
  readonly category: string | null
  readonly credits: bigint
  readonly debits: bigint
}

/** The balance after the last entry of a day. */
export interface DayBalance {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string
  /** Minor units. */
  readonly balance: bigint
}

const PAGE = 1_000 // entries

const withRange = ({ from, to }: Period): Prisma.Sql => Prisma.sql`WITH range AS MATERIALIZED (
  SELECT ${sequenceAt(from)} AS start, LEAST(${sequenceAt(to)}, (SELECT last_sequence + 1 FROM ledger)) AS end
)`

/** The balances and the turnover of a period, at one instant. */
export async function readSums(database: PrismaClient, period: Period): Promise<Sums & Range> {
  const [row] = await database.$queryRaw<[Range & Record<string, bigint>]>(sumsQuery(period))
  const turnover = (count = 0n, sum = 0n): Turnover => ({ count: Number(count), sum })
  return {
    start: row.start,
    end: row.end,
    opening: row['opening'] ?? 0n,
    closing: row['closing'] ?? 0n,
    credits: turnover(row['creditCount'], row['creditSum']),
    debits: turnover(row['debitCount'], row['debitSum']),
  }
}

export function sumsQuery(period: Period): Prisma.Sql {
  const id = Prisma.sql`${period.accountId}::bigint`
  const balanceBefore = (bound: Prisma.Sql): Prisma.Sql => Prisma.sql`COALESCE(
    (SELECT balance_after FROM history.entries WHERE account_id = ${id} AND sequence < ${bound} ORDER BY sequence DESC LIMIT 1), 0)`
  return Prisma.sql`${withRange(period)}
    SELECT range.start, range.end, ${balanceBefore(Prisma.sql`range.start`)} AS opening,
      ${balanceBefore(Prisma.sql`range.end`)} AS closing, sums.*
    FROM range CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE amount > 0) AS "creditCount", count(*) FILTER (WHERE amount < 0) AS "debitCount",
        COALESCE(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS "creditSum",
        COALESCE(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS "debitSum"
      FROM history.entries WHERE account_id = ${id} AND sequence >= range.start AND sequence < range.end
    ) sums`
}

/** The totals of a period by month (UTC) and category, in that order. */
export const readTotals = (database: PrismaClient, period: Period): Promise<Total[]> =>
  database.$queryRaw<Total[]>(totalsQuery(period))

export const totalsQuery = (period: Period): Prisma.Sql => Prisma.sql`${withRange(period)}
  SELECT to_char(e.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-01') AS month, e.category,
    COALESCE(sum(e.amount) FILTER (WHERE e.amount > 0), 0)::bigint AS credits,
    COALESCE(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)::bigint AS debits
  FROM range
  JOIN history.entries e ON e.account_id = ${period.accountId}::bigint AND e.sequence >= range.start AND e.sequence < range.end
  GROUP BY 1, 2 ORDER BY 1, 2`

/** The balances of a period, for each day that has entries, in order. */
export const readDays = (database: PrismaClient, period: Period): Promise<DayBalance[]> =>
  database.$queryRaw<DayBalance[]>(daysQuery(period))

export const daysQuery = (period: Period): Prisma.Sql => Prisma.sql`${withRange(period)}, days AS (
    SELECT (e.posted_at AT TIME ZONE 'UTC')::date AS day, max(e.sequence) AS last
    FROM range
    JOIN history.entries e ON e.account_id = ${period.accountId}::bigint AND e.sequence >= range.start AND e.sequence < range.end
    GROUP BY 1
  )
  SELECT to_char(days.day, 'YYYY-MM-DD') AS day, e.balance_after AS balance
  FROM days JOIN history.entries e ON e.account_id = ${period.accountId}::bigint AND e.sequence = days.last
  ORDER BY days.day`

interface EntryRow {
  readonly sequence: bigint
  readonly transferId: bigint
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly postedAt: Date
  readonly reversalOf: bigint | null
  readonly reference: string | null
  readonly endToEndId: string | null
  readonly name: string
  readonly number: string
  readonly bank: boolean
  readonly merchant: string | null
  readonly category: string | null
}

/** Asks a database that has the whole range. */
export type Ask = <Value>(read: (database: PrismaClient) => Promise<Value>) => Promise<Value>

/** The entries of a range, oldest first; holds one page of them at a time. */
export async function* readEntries(ask: Ask, accountId: string, { start, end }: Range): AsyncGenerator<StatementEntry> {
  for (let from = start; from < end; ) {
    const query = statementPageQuery(accountId, { start: from, end })
    const rows = await ask((database) => database.$queryRaw<EntryRow[]>(query))
    yield* rows.map(entryOf)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    from = last.sequence + 1n
  }
}

/** One page of a range, from its start on. */
export const statementPageQuery = (
  accountId: string,
  { start, end }: Range,
): Prisma.Sql => Prisma.sql`/* statements:entries */
  SELECT e.sequence, e.transfer_id AS "transferId", e.amount, e.balance_after AS "balanceAfter",
    e.posted_at AS "postedAt", t.reversal_of AS "reversalOf", t.reference,
    (SELECT i.value FROM end_to_end_ids i WHERE i.transfer_id = t.id) AS "endToEndId", COALESCE(c.name, o.name) AS name, o.number,
    o.customer_id IS NULL AS bank, m.name AS merchant, e.category
  FROM (
    SELECT * FROM history.entries WHERE account_id = ${accountId}::bigint AND sequence >= ${start}::bigint
      AND sequence < ${end}::bigint ORDER BY sequence LIMIT ${PAGE}
  ) e
  JOIN history.transfers t ON t.id = e.transfer_id
  JOIN accounts o ON o.id = CASE t.debit_account_id WHEN e.account_id THEN t.credit_account_id ELSE t.debit_account_id END
  LEFT JOIN customers c ON c.id = o.customer_id
  LEFT JOIN merchants m ON m.id = t.merchant_id
  ORDER BY e.sequence`

/**
 * The other side as the account's owner may see it: payee or payer with IBAN, as on any bank's
 * statement. The merchant replaces the bank's account that pays it.
 */
const entryOf = (row: EntryRow): StatementEntry => ({
  id: row.sequence.toString(),
  transferId: row.transferId.toString(),
  amount: row.amount,
  balanceAfter: row.balanceAfter,
  postedAt: row.postedAt,
  reversal: row.reversalOf !== null,
  counterparty: {
    name: row.bank ? (row.merchant ?? row.name) : row.name,
    number: row.bank ? maskAccountNumber(row.number) : row.number,
  },
  reference: row.reference,
  endToEndId: row.endToEndId,
  merchant: row.merchant === null ? null : { name: row.merchant, category: row.category ?? '' },
})
