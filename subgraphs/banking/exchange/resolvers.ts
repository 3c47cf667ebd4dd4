/** Quotes for exchanging one currency for another, and the rates that they follow. */
import { codedError } from '../../../gateway/protocol/errors.ts'
import { requireScope } from '../access.ts'
import type { BankingContext } from '../context.ts'
import { amountToMove, badInput, type Keyed } from '../input.ts'
import type { Money } from '../money/amount.ts'
import { BANK_CURRENCIES, HOME_CURRENCY } from '../money/currencies.ts'
import { type MutationResult, mutate, readBack } from '../mutation.ts'
import { offer } from './quote.ts'
import { parseRate, RATED_CURRENCIES } from './rate.ts'
import { readRates, saveQuote } from './store.ts'

interface QuoteExchangeInput {
  readonly sell: string
  readonly buy: string
  readonly amount: bigint
}

interface SetExchangeRateInput extends Keyed {
  readonly currency: string
  readonly perEuro: string
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

export const exchangeResolvers = {
  Query: {
    exchangeRates: (_: unknown, _arguments: unknown, { database }: BankingContext) =>
      readRates(database, RATED_CURRENCIES),
  },
  Mutation: {
    async quoteExchange(
      _: unknown,
      { input }: { input: QuoteExchangeInput },
      { caller, database }: BankingContext,
    ): Promise<ExchangeQuote> {
      const customer = requireScope(caller, 'banking:write')
      const { sell, buy } = input
      for (const [name, currency] of Object.entries({ sell, buy })) {
        if (!BANK_CURRENCIES.includes(currency)) throw badInput(name, `must be one of ${BANK_CURRENCIES.join(', ')}`)
      }
      if (sell === buy) throw badInput('buy', 'must be another currency than "sell"')
      const amount = amountToMove(input.amount)
      const rows = await readRates(database, [sell, buy])
      const rates = new Map(rows.map(({ currency, perEuro }) => [currency, perEuro.toString()]))
      rates.set(HOME_CURRENCY, '1')
      const [sellRate, buyRate] = [rates.get(sell), rates.get(buy)]
      if (sellRate === undefined || buyRate === undefined)
        throw codedError('SERVICE_UNAVAILABLE', 'The bank has no rate for these currencies now.', {
          service: 'banking',
        })
      const found = offer({ sell, buy }, amount, { sell: sellRate, buy: buyRate })
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
    setExchangeRate: (_: unknown, { input }: { input: SetExchangeRateInput }, context: BankingContext) =>
      mutate(context, () => {
        const { idempotencyKey, currency } = input
        if (!RATED_CURRENCIES.includes(currency))
          throw badInput('currency', `must be one of ${RATED_CURRENCIES.join(', ')}`)
        const perEuro = parseRate(input.perEuro)
        if (perEuro === undefined)
          throw badInput('perEuro', 'must be digits from 0.0001 to 1000000 with at most ten decimals')
        return { idempotencyKey, command: { name: 'setExchangeRate', currency, perEuro } }
      }),
  },
  ExchangeRateResult: {
    __resolveType: ({ accepted }: MutationResult): string => (accepted ? 'ExchangeRateAccepted' : 'Refusal'),
  },
  ExchangeRateAccepted: {
    async rate({ subject }: { subject: string }, _: unknown, context: BankingContext) {
      const [rate] = await readBack(context, ({ database }) => readRates(database, [subject]))
      return rate
    },
  },
  ExchangeRate: {
    perEuro: ({ perEuro }: RateRow): string => perEuro.toFixed(),
  },
}
