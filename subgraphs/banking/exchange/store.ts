/** Quotes and rates in the database. Decides nothing. */
import { randomUUID } from 'node:crypto'
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { Quote } from '../ledger/model.ts'
import { LEDGER_NOW } from '../ledger/now.ts'
import type { Offer } from './quote.ts'
import type { ExchangeRate } from './rate.ts'

/** How long a quote is good for. */
export const QUOTE_LIFE = 60 // seconds

type Reader = Pick<Prisma.TransactionClient, 'quote'>

/** The quotes that exist among `ids`. */
export async function loadQuotes(database: Reader, ids: readonly string[]): Promise<Map<string, Quote>> {
  if (ids.length === 0) return new Map()
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
  database: PrismaClient,
  currencies: readonly string[],
): Promise<Prisma.ExchangeRateGetPayload<object>[]> =>
  database.exchangeRate.findMany({ where: { currency: { in: [...currencies] } }, orderBy: { currency: 'asc' } })

/** Each counts from now on. */
export async function saveRates(transaction: Prisma.TransactionClient, rates: readonly ExchangeRate[]): Promise<void> {
  for (const { currency, perEuro, at } of rates) {
    const values = { perEuro, updatedAt: at }
    await transaction.exchangeRate.upsert({ where: { currency }, update: values, create: { currency, ...values } })
  }
}

/** Notes which exchange used each quote up. */
export async function saveUsedQuotes(transaction: Prisma.TransactionClient, quotes: readonly Quote[]): Promise<void> {
  for (const { id, usedBy } of quotes) {
    await transaction.quote.update({ where: { id }, data: { usedBy: usedBy === null ? null : BigInt(usedBy) } })
  }
}

export interface StoredQuote {
  readonly id: string
  readonly expiresAt: Date
}

/** Keeps an offer for its time, by the ledger's clock. */
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
