/** Moves money at once between two accounts of one currency. */
import { postTransfer } from '../book.ts'
import { accept } from '../refusal.ts'
import type { TransferCommand } from '../request.ts'
import { countSpending, orderOf } from './debit.ts'
import type { Rule } from './rule.ts'

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
