/** Many transfers in one order: each by itself, or all or nothing. */
import { type Book, postTransfer, takeBack } from '../ledger/book.ts'
import { countSpending, orderOf } from '../ledger/debit.ts'
import type { Transfer } from '../ledger/model.ts'
import type { Rule } from '../ledger/part.ts'
import { accept, isRefused, type RefusalCode, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import type { TransferBatchCommand, TransferOrder } from './commands.ts'

/** The outcome of one item: the id of its transfer, or why there is none. */
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
      if (!isRefused(outcome)) {
        posted.push(outcome)
        outcomes.push({ transfer: outcome.id })
        continue
      }
      if (mode === 'ALL_OR_NOTHING') {
        takeBackAll(book, posted)
        return accept(
          'none',
          items.map((_, index) => (index === at ? itemOf(outcome) : refusedWithBatch)),
        )
      }
      outcomes.push(itemOf(outcome))
    }
    return accept(posted.length === 0 ? 'none' : groupId, outcomes)
  },
}

const itemOf = ({ code, message }: Refused): BatchItemOutcome => ({ code, message })
const refusedWithBatch = itemOf(refuse('BATCH_REFUSED'))

function post(item: TransferOrder, book: Book, actor: Actor, groupId: string): Transfer | Refused {
  const order = orderOf(item, book, actor)
  if (isRefused(order)) return order
  countSpending(order.debit, item.amount, book.at)
  const { amount, reference, endToEndId } = item
  return postTransfer(book, { kind: 'TRANSFER', ...order, amount, reference, endToEndId, groupId })
}

/** The newest first, because `takeBack` undoes only the newest transfer. */
function takeBackAll(book: Book, posted: readonly Transfer[]): void {
  for (const transfer of posted.toReversed()) {
    const debit = book.accounts.get(transfer.debitAccount)
    takeBack(book, transfer)
    if (debit) countSpending(debit, -transfer.amount, book.at)
  }
}
