/** The accounts and transfers of a batch while it is evaluated, and the only functions that change them. Knows no database. */
import type { Loan } from '../loans/loan.ts'
import { MAX_AMOUNT } from '../money/amount.ts'
import type { Account, AccountOpening, EventKind, LedgerEvent, Transfer, TransferKind } from './model.ts'

/** What a batch does to the database, in the order it happened. */
export interface Effects {
  readonly opened: AccountOpening[]
  readonly transfers: Map<string, Transfer>
  /** Transfers from before this batch that ended in it. */
  readonly resolved: Map<string, Transfer>
  readonly events: LedgerEvent[]
  readonly touched: Map<string, Account>
  /** Loans that changed. */
  readonly loans: Map<string, Loan>
}

export interface Book {
  readonly accounts: Map<string, Account>
  readonly transfers: Map<string, Transfer>
  readonly loans: Map<string, Loan>
  /** Of the last event. */
  sequence: bigint
  /** The number of the last account opened. */
  lastAccount: bigint
  /** The instant of the operation being evaluated. */
  at: string
  readonly effects: Effects
}

/** The parts of a transfer that its rule decides. */
export interface Movement {
  readonly kind: TransferKind
  readonly debit: Account
  readonly credit: Account
  readonly amount: bigint
  readonly reference?: string | null
  readonly merchantId?: string | null
  readonly reversalOf?: string | null
  readonly groupId?: string | null
}

export const postedBalance = (account: Account): bigint => account.creditsPosted - account.debitsPosted

/** What may leave the account: posted less what is held. */
export const availableBalance = (account: Account): bigint => postedBalance(account) - account.debitsPending

/** True where the counters have room for the amount in 64 bits. */
export const hasRoom = (debit: Account, credit: Account, amount: bigint): boolean =>
  debit.debitsPosted + debit.debitsPending + amount <= MAX_AMOUNT &&
  credit.creditsPosted + credit.creditsPending + amount <= MAX_AMOUNT

/** Moves money at once. The caller has checked that it may. */
export function postTransfer(book: Book, movement: Movement): Transfer {
  const { debit, credit, amount } = movement
  book.sequence += 1n
  const transfer: Transfer = {
    id: book.sequence.toString(),
    kind: movement.kind,
    status: 'POSTED',
    debitAccount: debit.id,
    creditAccount: credit.id,
    amount,
    postedAmount: amount,
    currency: debit.currency,
    reference: movement.reference ?? null,
    merchantId: movement.merchantId ?? null,
    reversalOf: movement.reversalOf ?? null,
    groupId: movement.groupId ?? null,
    expiresAt: null,
    createdAt: book.at,
    resolvedAt: book.at,
  }
  debit.debitsPosted += amount
  credit.creditsPosted += amount
  book.transfers.set(transfer.id, transfer)
  book.effects.transfers.set(transfer.id, transfer)
  record(book, 'TRANSFER_POSTED', transfer, amount, debit, credit)
  return transfer
}

/** Writes the event that the book's sequence stands at. */
function record(
  book: Book,
  kind: EventKind,
  transfer: Transfer,
  amount: bigint,
  debit: Account,
  credit: Account,
): void {
  const posts = kind === 'TRANSFER_POSTED' || kind === 'HOLD_CAPTURED'
  book.effects.touched.set(debit.id, debit).set(credit.id, credit)
  book.effects.events.push({
    sequence: book.sequence,
    kind,
    transferId: transfer.id,
    debitAccount: debit.id,
    creditAccount: credit.id,
    amount,
    at: book.at,
    balances: posts ? { debit: postedBalance(debit), credit: postedBalance(credit) } : null,
  })
}

/** Opens an account under the next number. */
export function openAccount(book: Book, opening: Omit<AccountOpening, 'id' | 'at'>): Account {
  book.lastAccount += 1n
  const id = book.lastAccount.toString()
  const account: Account = {
    id,
    owner: opening.owner,
    currency: opening.currency,
    status: 'OPEN',
    floor: opening.floor,
    dailyLimit: null,
    spent: 0n,
    spentOn: null,
    debitsPending: 0n,
    debitsPosted: 0n,
    creditsPending: 0n,
    creditsPosted: 0n,
  }
  book.accounts.set(id, account)
  book.effects.opened.push({ ...opening, id, at: book.at })
  return account
}
