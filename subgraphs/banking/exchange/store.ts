/** Quotes and rates in the database. Decides nothing. */
import { randomUUID } from 'node:crypto'
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { Collection } from '../ledger/collection.ts'
import { LEDGER_NOW } from '../ledger/now.ts'
import type { Quote } from './commands.ts'
import type { Offer } from './quote.ts'
import type { ExchangeRate } from './rate.ts'

/** How long a quote is valid. */
const QUOTE_LIFE = 60 // seconds

/** The quotes that exist among `ids`. */
async function loadQuotes(database: Prisma.TransactionClient, ids: readonly string[]): Promise<Map<string, Quote>> {
  const rows = await database.quote.findMany({ where: { id: { in: [...ids] } } })
  return new Map(
    rows.map(({ id, customerId, sellCurrency, buyCurrency, sellAmount, spread, buyAmount, expiresAt, usedBy }) => [
      id,
      {
        id,
        customer: customerId,
        sellCurrency,
        buyCurrency,
        sellAmount,
        spread,
        buyAmount,
        expiresAt: expiresAt.toISOString(),
        usedBy: usedBy?.toString() ?? null,
      },
    ]),
  )
}

/** The rates of now, by currency. */
export const readRates = (
  database: Pick<PrismaClient, 'exchangeRate'>,
  currencies: readonly string[],
): Promise<Prisma.ExchangeRateGetPayload<object>[]> =>
  database.exchangeRate.findMany({ where: { currency: { in: [...currencies] } }, orderBy: { currency: 'asc' } })

interface RateForQuote {
  readonly perEuro: string
  /** Expired, by the ledger's clock. */
  readonly isExpired: boolean
}

/** Rates keyed by currency. @param maxAge seconds for which a rate is valid */
export async function readRatesForQuote(
  database: PrismaClient,
  currencies: readonly string[],
  maxAge: number,
): Promise<Map<string, RateForQuote>> {
  const rows = await database.$queryRaw<(RateForQuote & { currency: string })[]>`
    SELECT currency, per_euro::text AS "perEuro", updated_at + make_interval(secs => ${maxAge}) <= ${LEDGER_NOW} AS "isExpired"
    FROM exchange_rates WHERE currency = ANY(${currencies})`
  return new Map(rows.map(({ currency, ...rate }) => [currency, rate]))
}

/** The rates that exist among `currencies`, with what is proposed. */
async function loadRates(
  transaction: Prisma.TransactionClient,
  currencies: readonly string[],
): Promise<Map<string, ExchangeRate>> {
  const rows = await readRates(transaction, currencies)
  return new Map(
    rows.map((row) => {
      const current = { perEuro: row.perEuro.toFixed(), at: row.updatedAt.toISOString() }
      const base =
        row.basePerEuro && row.baseAt ? { perEuro: row.basePerEuro.toFixed(), at: row.baseAt.toISOString() } : current
      return [row.currency, { currency: row.currency, ...current, base, proposal: proposalOf(row) }]
    }),
  )
}

export const proposalOf = ({
  proposedPerEuro,
  proposedBy,
  proposedAt,
}: Prisma.ExchangeRateGetPayload<object>): ExchangeRate['proposal'] =>
  proposedPerEuro && proposedBy !== null && proposedAt
    ? { perEuro: proposedPerEuro.toFixed(), by: proposedBy, at: proposedAt.toISOString() }
    : null

async function saveRates(transaction: Prisma.TransactionClient, rates: readonly ExchangeRate[]): Promise<void> {
  for (const { currency, perEuro, at, base, proposal } of rates) {
    const values = {
      perEuro,
      updatedAt: at,
      basePerEuro: base.perEuro,
      baseAt: base.at,
      proposedPerEuro: proposal?.perEuro ?? null,
      proposedBy: proposal?.by ?? null,
      proposedAt: proposal?.at ?? null,
    }
    await transaction.exchangeRate.upsert({ where: { currency }, update: values, create: { currency, ...values } })
  }
}

/** Saves which exchange used each quote. */
async function saveUsedQuotes(transaction: Prisma.TransactionClient, quotes: readonly Quote[]): Promise<void> {
  for (const { id, usedBy } of quotes) {
    await transaction.quote.update({ where: { id }, data: { usedBy: usedBy === null ? null : BigInt(usedBy) } })
  }
}

export const quotes: Collection<Quote> = { load: loadQuotes, save: saveUsedQuotes }

/** Keyed by currency. */
export const rates: Collection<ExchangeRate> = { load: loadRates, save: saveRates }

interface StoredQuote {
  readonly id: string
  readonly expiresAt: Date
}

/** Saves an offer until it expires, by the ledger's clock. */
export async function saveQuote(
  database: PrismaClient,
  customer: string,
  currencies: { readonly sell: string; readonly buy: string },
  { sellAmount, spread, buyAmount, rate }: Offer,
): Promise<StoredQuote> {
  const [row] = await database.$queryRaw<[StoredQuote]>`
    INSERT INTO quotes (id, customer_id, sell_currency, buy_currency, sell_amount, spread, buy_amount, rate, expires_at)
    VALUES (${randomUUID()}::uuid, ${customer}, ${currencies.sell}, ${currencies.buy}, ${sellAmount}, ${spread},
      ${buyAmount}, ${rate.toFixed(12)}::numeric, ${LEDGER_NOW} + make_interval(secs => ${QUOTE_LIFE}))
    RETURNING id::text, expires_at AS "expiresAt"`
  return row
}

/** How long an expired quote is kept, so that its use is refused with the right reason. */
const REMEMBERED = 86_400 // seconds
const REMOVED_AT_ONCE = 1_000 // quotes

/** Removes unused quotes. Resolves to true if there may be more. */
export async function removeExpiredQuotes(database: PrismaClient): Promise<boolean> {
  const removed = await database.$executeRaw`
    DELETE FROM quotes WHERE id IN (
      SELECT id FROM quotes
      WHERE used_by IS NULL AND expires_at < clock_timestamp() - make_interval(secs => ${REMEMBERED})
      ORDER BY expires_at LIMIT ${REMOVED_AT_ONCE} FOR UPDATE SKIP LOCKED
    )`
  return removed === REMOVED_AT_ONCE
}
