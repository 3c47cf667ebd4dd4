/** Statements in GraphQL: balances, sums for charts, and links to downloads. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { AccountRow } from '../accounts/read.ts'
import { daysBetween, type PlainDate } from '../dates/plain-date.ts'
import type { Money } from '../money/amount.ts'
import type { BankingContext } from '../request/context.ts'
import { badInput } from '../request/input.ts'
import { type FormatName, formats } from './formats.ts'
import { type DownloadLinks, LINK_LIFETIME } from './link.ts'
import { type DayBalance, type Period, readDays, readSums, readTotals, type Total } from './read.ts'
import { fits, type Sums, type Turnover } from './statement.ts'

interface StatementArguments {
  readonly from: PlainDate
  readonly to: PlainDate
}

interface StatementParent extends StatementArguments {
  readonly period: Period
  readonly currency: string
  /** Of one of the bank's own accounts, which has no owner to make a file for. */
  readonly isInternal: boolean
  /** Read at first use, then shared by the fields that need them. */
  sums(): Promise<Sums>
  totals(): Promise<readonly Total[]>
  days(): Promise<readonly DayBalance[]>
}

const MAX_DAYS = 366 // days
/** Nothing is posted later, and instants have four digits for the year. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z')

/** Whole days in UTC, both included. @throws BAD_USER_INPUT */
function periodOf(accountId: string, { from, to }: StatementArguments): Period {
  const days = daysBetween(from, to) + 1
  if (days < 1 || days > MAX_DAYS)
    throw badInput('to', `must be on or after "from", and the period at most ${MAX_DAYS} days`)
  const start = new Date(`${from}T00:00:00Z`)
  return { accountId, from: start, to: new Date(Math.min(start.getTime() + days * 86_400_000, LAST_INSTANT)) }
}

function once<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => {
    result ??= read()
    return result
  }
}

/** Adds up totals with the same key, in the order of the keys' first use. */
function addUp(totals: readonly Total[], keyOf: (total: Total) => string | null) {
  return [...Map.groupBy(totals, keyOf)].map(([key, group]) => ({
    key,
    credits: group.reduce((sum, { credits }) => sum + credits, 0n),
    debits: group.reduce((sum, { debits }) => sum + debits, 0n),
  }))
}

export const statementResolvers = (links: DownloadLinks) => ({
  Account: {
    statement(
      { id, currency, kind }: AccountRow,
      range: StatementArguments,
      { database, past }: BankingContext,
    ): StatementParent {
      const period = periodOf(id, range)
      const readPeriod = <Value>(read: (database: PrismaClient, period: Period) => Promise<Value>): Promise<Value> =>
        past.read(
          period.to,
          (standby) => read(standby, period),
          () => read(database, period),
        )
      return {
        from: range.from,
        to: range.to,
        period,
        currency,
        isInternal: kind === 'INTERNAL',
        sums: once(() => readPeriod(readSums)),
        totals: once(() => readPeriod(readTotals)),
        days: once(() => readPeriod(readDays)),
      }
    },
  },
  Statement: {
    opening: async ({ sums, currency }: StatementParent): Promise<Money> => ({
      amount: (await sums()).opening,
      currency,
    }),
    closing: async ({ sums, currency }: StatementParent): Promise<Money> => ({
      amount: (await sums()).closing,
      currency,
    }),
    credits: async ({ sums, currency }: StatementParent) => turnover((await sums()).credits, currency),
    debits: async ({ sums, currency }: StatementParent) => turnover((await sums()).debits, currency),
    byMonth: async ({ totals, currency }: StatementParent) =>
      addUp(await totals(), ({ month }) => month).map(({ key, ...sums }) => ({ month: key, ...both(sums, currency) })),
    byDay: async ({ days, currency }: StatementParent) =>
      (await days()).map(({ day, balance }) => ({ day, balance: { amount: balance, currency } })),
    byCategory: async ({ totals, currency }: StatementParent) =>
      addUp(await totals(), ({ category }) => category)
        .toSorted((one, other) => byName(one.key, other.key))
        .map(({ key, ...sums }) => ({ category: key, ...both(sums, currency) })),
    async download(
      { period, isInternal, sums }: StatementParent,
      { format, byteOrderMark }: { format: FormatName; byteOrderMark: boolean },
    ) {
      if (isInternal) throw codedError('BAD_USER_INPUT', "There are no files of the bank's own accounts.")
      if (byteOrderMark && !('mayBeMarked' in formats[format])) throw badInput('byteOrderMark', 'is for CSV alone')
      if (!fits(formats[format], await sums())) throw badInput('format', 'must be one that has room for such amounts')
      const expiresAt = new Date(Date.now() + LINK_LIFETIME)
      return { url: links.make({ ...period, format, expiresAt, byteOrderMark }), expiresAt }
    },
  },
})

/** Ordered by name; totals without one come last. */
const byName = (one: string | null, other: string | null): number =>
  one === other ? 0 : one === null || (other !== null && one > other) ? 1 : -1

const turnover = ({ count, sum }: Turnover, currency: string) => ({ count, sum: { amount: sum, currency } })

const both = ({ credits, debits }: { credits: bigint; debits: bigint }, currency: string) => ({
  credits: { amount: credits, currency },
  debits: { amount: debits, currency },
})
