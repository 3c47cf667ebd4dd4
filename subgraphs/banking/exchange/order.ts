/** The order to make a transfer that follows a quote. */
import { z } from 'zod'
import { accountById } from '../accounts/read.ts'
import { BANK_CURRENCIES } from '../money/currencies.ts'
import { requireScope } from '../request/access.ts'
import { unknownIn } from '../request/input.ts'
import { mutate } from '../request/mutation.ts'
import { readOrder } from '../transfers/input.ts'
import type { ByQuote } from '../transfers/resolvers.ts'
import type { ExchangeCommand } from './commands.ts'
import type { Treasury } from './treasury.ts'

/** The bank's accounts are found first, so that the ledger knows which to read. */
export function exchangeByQuote({ liquidity, income }: Treasury): ByQuote {
  const accountsFor = async (sold: string, bought: string): Promise<ExchangeCommand['treasury']> => {
    if (![sold, bought].every((currency) => BANK_CURRENCIES.includes(currency))) return null
    const [sell, buy, earned] = await Promise.all([liquidity(sold), liquidity(bought), income(sold)])
    return { sell, buy, income: earned }
  }
  return async (input, quoteId, context) => {
    requireScope(context.caller, 'banking:write')
    const order = readOrder(input)
    const payee = order.to === null ? null : await context.load(accountById, order.to)
    const treasury = payee && (await accountsFor(order.currency, payee.currency))
    const known = z.uuid().safeParse(quoteId).data?.toLowerCase() ?? null
    const unknown = [...(order.unknown ?? []), ...(unknownIn([known, quoteId]).unknown ?? [])]
    return mutate(context, () => ({
      idempotencyKey: input.idempotencyKey,
      command: { name: 'exchange', ...order, quoteId: known, treasury, ...(unknown.length > 0 && { unknown }) },
    }))
  }
}
