/** Quotes for exchanging one currency for another, and the rates that they follow. */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Money } from '../money/amount.ts'
import { BANK_CURRENCIES, HOME_CURRENCY } from '../money/currencies.ts'
import { actorOf, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { amountToMove, badInput, type Keyed } from '../request/input.ts'
import { asking, mutate, readBack, resultOf } from '../request/mutation.ts'
import { offer } from './quote.ts'
import { parseRate, RATED_CURRENCIES } from './rate.ts'
import { proposalOf, readRates, readRatesForQuote, saveQuote } from './store.ts'
import type { Treasury } from './treasury.ts'

interface QuoteExchangeInput {
  readonly sell: string
  readonly buy: string
  readonly amount: bigint
}

interface SetExchangeRateInput extends Keyed {
  readonly currency: string
  readonly perEuro: string
}

interface FundLiquidityInput extends Keyed {
  readonly currency: string
  readonly amount: bigint
}

type RateRow = Awaited<ReturnType<typeof readRates>>[number]

interface ExchangeQuote {
  readonly id: string
  readonly sell: Money
  readonly spread: Money
  readonly buy: Money
  readonly rate: string
  readonly expiresAt: Date
}

/**
 * Units for one euro, by currency.
 * @throws SERVICE_UNAVAILABLE if there is no rate, or only one that is too old
 */
async function currentRates(
  database: PrismaClient,
  currencies: readonly string[],
  rateMaxAge: number,
): Promise<(currency: string) => string> {
  const rates = await readRatesForQuote(database, currencies, rateMaxAge)
  rates.set(HOME_CURRENCY, { perEuro: '1', isExpired: false })
  return (currency) => {
    const rate = rates.get(currency)
    if (rate && !rate.isExpired) return rate.perEuro
    throw codedError(
      'SERVICE_UNAVAILABLE',
      rate
        ? `The bank's rate for ${currency} has expired: nothing is quoted until it is set anew.`
        : `The bank has no rate for ${currency} now.`,
      { service: 'banking' },
    )
  }
}

export interface ExchangeOptions {
  readonly treasury: Treasury
  /** Seconds for which an exchange rate is valid. */
  readonly rateMaxAge: number
}

export const exchangeResolvers = ({ treasury, rateMaxAge }: ExchangeOptions) => ({
  Query: {
    exchangeRates: (_: unknown, _arguments: unknown, { database }: BankingContext) =>
      readRates(database, RATED_CURRENCIES),
  },
  Mutation: {
    async quoteExchange(
      _: unknown,
      { input }: { input: QuoteExchangeInput },
      context: BankingContext,
    ): Promise<ExchangeQuote> {
      const { caller, database } = context
      const customer = requireScope(caller, 'banking:write')
      const { sell, buy } = input
      for (const [name, currency] of Object.entries({ sell, buy })) {
        if (!BANK_CURRENCIES.includes(currency)) throw badInput(name, `must be one of ${BANK_CURRENCIES.join(', ')}`)
      }
      if (sell === buy) throw badInput('buy', 'must be another currency than "sell"')
      const amount = amountToMove(input.amount)
      const rates = await currentRates(database, [sell, buy], rateMaxAge)
      const found = offer({ sell, buy }, amount, { sell: rates(sell), buy: rates(buy) })
      if (!found) throw badInput('amount', 'is too small or too large to be exchanged')
      const { id, expiresAt } = await saveQuote(database, customer.id, { sell, buy }, found)
      return {
        id,
        sell: { amount, currency: sell },
        spread: { amount: found.spread, currency: sell },
        buy: { amount: found.buyAmount, currency: buy },
        rate: found.rate.toSignificantDigits(12).toFixed(),
        expiresAt,
      }
    },
    setExchangeRate: asking((input: SetExchangeRateInput) => {
      const { idempotencyKey, currency } = input
      if (!RATED_CURRENCIES.includes(currency))
        throw badInput('currency', `must be one of ${RATED_CURRENCIES.join(', ')}`)
      const perEuro = parseRate(input.perEuro)
      if (perEuro === undefined)
        throw badInput('perEuro', 'must be digits from 0.0001 to 1000000 with at most ten decimals')
      return { idempotencyKey, command: { name: 'setExchangeRate', currency, perEuro } }
    }),
    async fundLiquidity(_: unknown, { input }: { input: FundLiquidityInput }, context: BankingContext) {
      requireScope(context.caller, 'banking:write')
      const { idempotencyKey, currency } = input
      if (!BANK_CURRENCIES.includes(currency))
        throw badInput('currency', `must be one of ${BANK_CURRENCIES.join(', ')}`)
      const amount = amountToMove(input.amount)
      const [capital, liquidity] = await Promise.all([treasury.capital(currency), treasury.liquidity(currency)])
      return mutate(context, () => ({
        idempotencyKey,
        command: { name: 'fundLiquidity', currency, amount, capital, liquidity },
      }))
    },
  },
  ExchangeRateResult: resultOf('ExchangeRateAccepted'),
  ExchangeRateAccepted: {
    async rate({ subject }: { subject: string }, _: unknown, context: BankingContext) {
      const [rate] = await readBack(context, ({ database }) => readRates(database, [subject]))
      return rate
    },
  },
  ExchangeRate: {
    perEuro: ({ perEuro }: RateRow): string => perEuro.toFixed(),
    expiresAt: ({ updatedAt }: RateRow): Date => new Date(updatedAt.getTime() + rateMaxAge * 1_000),
    proposal(rate: RateRow, _: unknown, { caller }: BankingContext) {
      const proposal = caller && actorOf(caller).officer ? proposalOf(rate) : null
      return proposal && { ...proposal, at: new Date(proposal.at) }
    },
  },
})
