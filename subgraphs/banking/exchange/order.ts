/** The order to make a transfer that follows a quote. */
import { z } from 'zod'
import type { Quote } from '../../../prisma/generated/client.ts'
import { requireScope } from '../request/access.ts'
import { mutate } from '../request/mutation.ts'
import { readOrder } from '../transfers/input.ts'
import type { ByQuote } from '../transfers/resolvers.ts'
import type { ExchangeCommand } from './commands.ts'
import type { Treasury } from './treasury.ts'

/** The bank's accounts follow from the quote, so that the ledger knows which to read. */
export function exchangeByQuote({ liquidity, income }: Treasury): ByQuote {
  const accountsFor = async ({ sellCurrency, buyCurrency }: Quote): Promise<ExchangeCommand['treasury']> => {
    const wanted = [liquidity(sellCurrency), liquidity(buyCurrency), income(sellCurrency)] as const
    const [sell, buy, earned] = await Promise.all(wanted)
    return { sell, buy, income: earned }
  }
  return async (input, quoteId, context) => {
    requireScope(context.caller, 'banking:write')
    const id = z.uuid().safeParse(quoteId).data?.toLowerCase()
    const quote = id === undefined ? null : await context.database.quote.findUnique({ where: { id } })
    const accounts = quote && (await accountsFor(quote))
    return mutate(context, () => ({
      idempotencyKey: input.idempotencyKey,
      command: { name: 'exchange', ...readOrder(input), quoteId: quote?.id ?? null, treasury: accounts },
    }))
  }
}
