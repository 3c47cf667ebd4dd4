/** Quotes for exchanging one currency for another. */
import { codedError } from '../../../gateway/protocol/errors.ts'
import { requireScope } from '../access.ts'
import type { BankingContext } from '../context.ts'
import { amountToMove, badInput } from '../input.ts'
import type { Money } from '../money/amount.ts'
import { BANK_CURRENCIES } from '../money/currencies.ts'
import { offer } from './quote.ts'
import { saveQuote } from './store.ts'

interface QuoteExchangeInput {
  readonly sell: string
  readonly buy: string
  readonly amount: bigint
}

interface ExchangeQuote {
  readonly id: string
  readonly sell: Money
  readonly spread: Money
  readonly buy: Money
  readonly rate: string
  readonly expiresAt: Date
}

export const exchangeResolvers = {
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
      const rows = await database.exchangeRate.findMany({ where: { currency: { in: [sell, buy] } } })
      const rates = new Map(rows.map(({ currency, perEuro }) => [currency, perEuro.toString()]))
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
  },
}
