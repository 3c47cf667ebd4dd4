/**
 * A transfer as its batch made it, with the owners of its ends: the caller is answered with it, so
 * that nothing has to be read back. Values of JSON only.
 */
import type { Book } from './book.ts'
import type { Account, TransferKind } from './model.ts'
import type { Outcome } from './refusal.ts'

/** One end of a transfer: an account of a customer. */
interface MadeEnd {
  readonly account: string
  readonly owner: string
  /** The customer's name. */
  readonly holder: string
}

/** A transfer that was posted at once, between accounts of customers. */
export interface MadeTransfer {
  readonly id: string
  readonly kind: TransferKind
  /** Minor units. */
  readonly amount: string
  readonly currency: string
  readonly reference: string | null
  readonly endToEndId: string | null
  /** The instant at which it was made and posted, ISO 8601. */
  readonly at: string
  readonly groupId: string | null
  readonly reversalOf: string | null
  readonly debit: MadeEnd
  readonly credit: MadeEnd
}

/**
 * The transfer that an outcome names, if this batch made it. Undefined if it shows more than the
 * book contains (a merchant, or an account of the bank), and for a hold, which still changes.
 */
export function madeBy(book: Book, outcome: Outcome): MadeTransfer | undefined {
  const transfer = outcome.accepted ? book.effects.transfers.get(outcome.subject) : undefined
  if (!transfer || transfer.kind === 'HOLD' || transfer.merchantId !== null) return undefined
  const debit = endOf(book.accounts.get(transfer.debitAccount))
  const credit = endOf(book.accounts.get(transfer.creditAccount))
  if (!debit || !credit) return undefined
  const { id, kind, amount, currency, reference, createdAt, groupId, reversalOf } = transfer
  const endToEndId = book.effects.endToEndIds.get(id) ?? null
  return {
    id,
    kind,
    amount: `${amount}`,
    currency,
    reference,
    endToEndId,
    at: createdAt,
    groupId,
    reversalOf,
    debit,
    credit,
  }
}

const endOf = (account: Account | undefined): MadeEnd | undefined =>
  account && account.owner !== null && account.holder !== null
    ? { account: account.id, owner: account.owner, holder: account.holder }
    : undefined
