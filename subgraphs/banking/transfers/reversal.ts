/** Takes a posted transfer back with a new one the other way, once; what was posted stays as it is. */
import { accountsOf, postTransfer } from '../ledger/book.ts'
import { mayUseAccount, refusalOfMove } from '../ledger/debit.ts'
import { accept, refuse } from '../ledger/refusal.ts'
import type { TransferChangeCommand } from '../ledger/request.ts'
import { needsOfTransfer, type Rule } from '../ledger/rule.ts'

/** Parts of a larger whole, and reversals themselves, are not taken back one by one. */
const REVERSIBLE = new Set(['TRANSFER', 'HOLD', 'SCHEDULED'])

export const reverseTransfer: Rule<TransferChangeCommand<'reverseTransfer'>> = {
  needs: needsOfTransfer,
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
