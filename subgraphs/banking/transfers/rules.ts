/** Transfers between two accounts of one currency, and their reversals. */
import { accountsOf, postTransfer } from '../ledger/book.ts'
import { countSpending, mayUseAccount, orderOf, refusalOfMove } from '../ledger/debit.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, isRefused, refuse } from '../ledger/refusal.ts'
import { transferBatch } from './batch.ts'
import type { TransferChangeCommand, TransferCommand } from './commands.ts'

const transfer: Rule<TransferCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to] }),
  evaluate(command, book, actor) {
    const order = orderOf(command, book, actor)
    if (isRefused(order)) return order
    const { debit, credit } = order
    const { amount, reference, merchantId, endToEndId } = command
    countSpending(debit, amount, book.at)
    return accept(postTransfer(book, { kind: 'TRANSFER', debit, credit, amount, reference, merchantId, endToEndId }).id)
  },
}

/** Parts of a group, and reversals, cannot be reversed one by one. */
const REVERSIBLE = new Set(['TRANSFER', 'HOLD', 'SCHEDULED'])

/** Posts a new transfer in the other direction, once. The original stays as it is. */
const reverseTransfer: Rule<TransferChangeCommand<'reverseTransfer'>> = {
  needs: ({ transferId }) => ({ transfers: [transferId] }),
  evaluate({ transferId }, book, actor) {
    const original = transferId === null ? undefined : book.transfers.get(transferId)
    if (!original) return refuse('TRANSFER_NOT_FOUND')
    const [payer, receiver] = accountsOf(book, original)
    if (!mayUseAccount(receiver, actor))
      return refuse(mayUseAccount(payer, actor) ? 'NOT_PERMITTED' : 'TRANSFER_NOT_FOUND')
    if (book.reversed.has(original.id)) return refuse('ALREADY_REVERSED')
    if (original.status !== 'POSTED' || !REVERSIBLE.has(original.kind) || original.postedAmount === null)
      return refuse('NOT_REVERSIBLE')
    const amount = original.postedAmount
    const refusal = refusalOfMove(receiver, payer, amount)
    if (refusal) return refusal
    const { reference, merchantId } = original
    const reversalOf = original.id
    return accept(
      postTransfer(book, {
        kind: 'REVERSAL',
        debit: receiver,
        credit: payer,
        amount,
        reference,
        merchantId,
        reversalOf,
      }).id,
    )
  },
}

export const transfersPart = { rules: { transfer, transferBatch, reverseTransfer } } satisfies LedgerPart
