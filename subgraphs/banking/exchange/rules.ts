/**
 * Rules of exchange rates and of the bank's liquidity: who may change them. Earlier quotes keep
 * their rate.
 */
import { type Book, postTransfer, rowsOf, saveRow } from '../ledger/book.ts'
import { want } from '../ledger/collection.ts'
import { refusalOfMove } from '../ledger/debit.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, type Outcome, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import type { FundLiquidityCommand, SetExchangeRateCommand } from './commands.ts'
import { exchange } from './conversion.ts'
import { baseOf, type ExchangeRate, isConfirmed, needsSecondOfficer } from './rate.ts'
import { quotes, rates } from './store.ts'

const setExchangeRate: Rule<SetExchangeRateCommand> = {
  needs: ({ currency }) => ({ rows: [want(rates, [currency])] }),
  evaluate({ currency, perEuro }, book, actor) {
    if (!actor.officer) return refuse('NOT_PERMITTED')
    const at = book.at
    const before = rowsOf(book, rates).get(currency)
    // The rate is part of the outcome, so that the audit log shows who set it.
    const set = (base: ExchangeRate['base'], details: object = {}): Outcome => {
      saveRow(book, rates, currency, { currency, perEuro, at, base, proposal: null })
      return accept(currency, { perEuro, ...details })
    }
    if (!before) return set({ perEuro, at })
    const base = baseOf(before, at)
    if (!needsSecondOfficer(base, perEuro)) return set(base)
    if (isConfirmed(before, perEuro, actor.id, at)) return set({ perEuro, at }, { proposedBy: before.proposal?.by })
    return propose(book, before, perEuro, actor)
  },
}

/** Keeps the rate, and replaces any earlier proposal. */
function propose(book: Book, before: ExchangeRate, perEuro: string, { id }: Actor): Outcome {
  saveRow(book, rates, before.currency, { ...before, proposal: { perEuro, by: id, at: book.at } })
  const change = `${before.currency} from ${before.perEuro} to ${perEuro}`
  return refuse(
    'RATE_NEEDS_SECOND_OFFICER',
    `The change of ${change} is over 5 % within a day: another officer puts it in force by setting the same within an hour.`,
  )
}

const fundLiquidity: Rule<FundLiquidityCommand> = {
  needs: ({ capital, liquidity }) => ({ accounts: [capital, liquidity] }),
  evaluate({ capital, liquidity, amount }, book, actor) {
    if (!actor.officer) return refuse('NOT_PERMITTED')
    const [debit, credit] = [book.accounts.get(capital), book.accounts.get(liquidity)]
    if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
    const refusal = refusalOfMove(debit, credit, amount)
    if (refusal) return refusal
    return accept(postTransfer(book, { kind: 'TRANSFER', debit, credit, amount, reference: 'Liquidity' }).id)
  },
}

export const exchangePart = {
  rules: { exchange, setExchangeRate, fundLiquidity },
  collections: [quotes, rates],
} satisfies LedgerPart
