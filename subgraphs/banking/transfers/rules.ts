/** Moves money at once between two accounts of one currency. */
import { postTransfer } from '../ledger/book.ts'
import { countSpending, orderOf } from '../ledger/debit.ts'
import { accept } from '../ledger/refusal.ts'
import type { TransferCommand } from '../ledger/request.ts'
import type { Rule } from '../ledger/rule.ts'

export const transfer: Rule<TransferCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to].filter((id) => id !== null), transfers: [] }),
  evaluate(command, book, actor) {
    const order = orderOf(command, book, actor)
    if ('refusal' in order) return order.refusal
    const { debit, credit } = order
    const { amount, reference, merchantId, endToEndId } = command
    countSpending(debit, amount, book.at)
    return accept(postTransfer(book, { kind: 'TRANSFER', debit, credit, amount, reference, merchantId, endToEndId }).id)
  },
}
