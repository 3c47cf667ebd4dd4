/** Moves money at once between two accounts of one currency. */
import { postTransfer } from '../book.ts'
import { accept, refuse } from '../refusal.ts'
import type { TransferCommand } from '../request.ts'
import { countSpending, ownAccount, refusalOfDebit } from './debit.ts'
import type { Rule } from './rule.ts'

export const transfer: Rule<TransferCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to].filter((id) => id !== null), transfers: [] }),
  evaluate({ from, to, amount, currency, reference, merchantId }, book, actor) {
    const debit = ownAccount(book, from, actor)
    const credit = to === null ? undefined : book.accounts.get(to)
    if (!debit || !credit) return refuse('ACCOUNT_NOT_FOUND')
    if (debit === credit) return refuse('SAME_ACCOUNT')
    if (debit.currency !== currency || credit.currency !== currency) return refuse('CURRENCY_MISMATCH')
    const refusal = refusalOfDebit(book, debit, credit, amount)
    if (refusal) return refusal
    countSpending(debit, amount, book.at)
    return accept(postTransfer(book, { kind: 'TRANSFER', debit, credit, amount, reference, merchantId }).id)
  },
}
