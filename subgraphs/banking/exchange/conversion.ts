/**
 * Exchanges one currency for another as one atomic group of transfers: into the bank's liquidity of
 * the one, out of its liquidity of the other, and the spread. Exactly the quoted amounts move.
 */
import { postTransfer, rowsOf, saveRow } from '../ledger/book.ts'
import { want } from '../ledger/collection.ts'
import { countSpending, ownAccount, refusalOfDebit, refusalOfMove } from '../ledger/debit.ts'
import type { Account } from '../ledger/model.ts'
import type { Rule } from '../ledger/part.ts'
import { accept, type Refused, refuse } from '../ledger/refusal.ts'
import type { ExchangeCommand, Quote } from './commands.ts'
import { quotes } from './store.ts'

export const exchange: Rule<ExchangeCommand> = {
  needs: ({ from, to, quoteId, treasury }) => ({
    accounts: [from, to, ...(treasury ? Object.values(treasury) : [])],
    rows: [want(quotes, [quoteId])],
  }),
  evaluate({ from, to, amount, currency, quoteId, treasury, reference, endToEndId }, book, actor) {
    const debit = ownAccount(book, from, actor)
    const credit = to === null ? undefined : book.accounts.get(to)
    if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
    const quote = quoteId === null ? undefined : rowsOf(book, quotes).get(quoteId)
    if (!quote || quote.customer !== actor.id) return refuse('QUOTE_NOT_FOUND')
    const refusal = refusalByQuote(quote, amount, currency, book.at)
    if (refusal) return refusal
    if (debit.currency !== quote.sellCurrency || credit.currency !== quote.buyCurrency)
      return refuse('CURRENCY_MISMATCH', 'The accounts are not of the currencies that were quoted.')
    if (!treasury) return refuse('QUOTE_NOT_FOUND')

    const account = (id: string) => {
      const found = book.accounts.get(id)
      if (!found) throw new Error(`The bank's account ${id} is not in the book.`)
      return found
    }
    const [taker, giver, income] = [account(treasury.sell), account(treasury.buy), account(treasury.income)]
    const { spread, buyAmount } = quote
    const refused =
      refusalOfDebit(book, debit, taker, amount) ??
      refusalOfGiving(giver, credit, buyAmount) ??
      refusalOfMove(debit, income, spread)
    if (refused) return refused

    countSpending(debit, amount, book.at)
    const groupId = (book.sequence + 1n).toString()
    const parts = { reference, groupId }
    postTransfer(book, { ...parts, kind: 'EXCHANGE', debit, credit: taker, amount: amount - spread, endToEndId })
    postTransfer(book, { ...parts, kind: 'EXCHANGE', debit: giver, credit, amount: buyAmount, endToEndId })
    if (spread > 0n) postTransfer(book, { ...parts, kind: 'SPREAD', debit, credit: income, amount: spread })
    quote.usedBy = groupId
    saveRow(book, quotes, quote.id, quote)
    return accept(groupId)
  },
}

/** The bank's own lack of funds has another code than the customer's. */
function refusalOfGiving(giver: Account, credit: Account, amount: bigint): Refused | undefined {
  if (giver === credit) return refuse('SAME_ACCOUNT')
  const refused = refusalOfMove(giver, credit, amount)
  return refused?.code === 'INSUFFICIENT_FUNDS' ? refuse('INSUFFICIENT_LIQUIDITY') : refused
}

function refusalByQuote(quote: Quote, amount: bigint, currency: string, at: string): Refused | undefined {
  if (quote.usedBy !== null) return refuse('QUOTE_ALREADY_USED')
  if (quote.expiresAt <= at) return refuse('QUOTE_EXPIRED')
  return quote.sellAmount === amount && quote.sellCurrency === currency ? undefined : refuse('QUOTE_MISMATCH')
}
