/** Many transfers in one order: each by itself, or all or nothing. */
import { type Book, postTransfer, takeBack } from '../ledger/book.ts'
import { countSpending, orderOf } from '../ledger/debit.ts'
import type { Transfer } from '../ledger/model.ts'
import type { Rule } from '../ledger/part.ts'
import { accept, type RefusalCode, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import type { TransferBatchCommand, TransferOrder } from './commands.ts'

/** What became of one item: the id of its transfer, or why there is none. */
export type BatchItemOutcome = { readonly transfer: string } | { readonly code: RefusalCode; readonly message: string }

export const transferBatch: Rule<TransferBatchCommand> = {
  needs: ({ items }) => ({ accounts: items.flatMap(({ from, to }) => [from, to]) }),
  transfersOf: ({ items }) => items.length,
  evaluate({ mode, items }, book, actor) {
    const groupId = (book.sequence + 1n).toString()
    const posted: Transfer[] = []
    const outcomes: BatchItemOutcome[] = []
    for (const [at, item] of items.entries()) {
      const outcome = post(item, book, actor, groupId)
      if ('id' in outcome) {
        posted.push(outcome)
        outcomes.push({ transfer: outcome.id })
        continue
      }
      const { code, message } = outcome
      if (mode === 'ALL_OR_NOTHING') {
        takeBackAll(book, posted)
        return accept(
          'none',
          items.map((_, index) => (index === at ? { code, message } : { ...dragged })),
        )
      }
      outcomes.push({ code, message })
    }
    return accept(posted.length === 0 ? 'none' : groupId, outcomes)
  },
}

const { code, message } = refuse('BATCH_REFUSED')
const dragged = { code, message }

function post(item: TransferOrder, book: Book, actor: Actor, groupId: string): Transfer | Refused {
  const order = orderOf(item, book, actor)
  if ('refusal' in order) return order.refusal
  countSpending(order.debit, item.amount, book.at)
  const { amount, reference, endToEndId } = item
  return postTransfer(book, { kind: 'TRANSFER', ...order, amount, reference, endToEndId, groupId })
}

/** The newest first, so that every step undoes the last one done. */
function takeBackAll(book: Book, posted: readonly Transfer[]): void {
  for (const transfer of posted.toReversed()) {
    const debit = book.accounts.get(transfer.debitAccount)
    takeBack(book, transfer)
    if (debit) countSpending(debit, -transfer.amount, book.at)
  }
}
