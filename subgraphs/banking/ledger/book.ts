/**
 * The accounts and transfers of a batch while it is evaluated, and the only functions that change
 * them. Knows no database.
 */
import { MAX_AMOUNT } from '../money/amount.ts'
import { type Collection, type Rows, rowsIn } from './collection.ts'
import type {
  Account,
  AccountChange,
  AccountOpening,
  EventKind,
  LedgerEvent,
  LedgerState,
  Transfer,
  TransferKind,
} from './model.ts'

/** The effects of a batch on the database, in order. */
export interface Effects {
  readonly opened: AccountOpening[]
  readonly transfers: Map<string, Transfer>
  /** Transfers from before this batch that ended in it. */
  readonly resolved: Map<string, Transfer>
  readonly events: LedgerEvent[]
  readonly touched: Map<string, Account>
  /** Accounts whose status, limit or name changed. */
  readonly altered: Map<string, AccountChange>
  /** Keyed by transfer. */
  readonly endToEndIds: Map<string, string>
  /** Rows of the parts that are new or changed. */
  readonly rows: Rows
}

export interface Book extends Pick<LedgerState, 'accounts' | 'transfers' | 'rows'> {
  /** Ids of transfers that another one takes back. */
  readonly reversed: Set<string>
  /** The number of the last event. */
  sequence: bigint
  /** The number of the last account opened. */
  lastAccount: bigint
  /** The instant of the operation being evaluated. */
  at: string
  readonly effects: Effects
}

/** An empty book. Its operations change `state`. */
export function openBook({ head, accounts, transfers, rows }: LedgerState): Book {
  return {
    accounts,
    transfers,
    rows,
    reversed: new Set([...transfers.values()].flatMap(({ reversalOf }) => reversalOf ?? [])),
    sequence: head.sequence,
    lastAccount: head.account,
    at: head.at,
    effects: {
      opened: [],
      transfers: new Map(),
      resolved: new Map(),
      events: [],
      touched: new Map(),
      altered: new Map(),
      endToEndIds: new Map(),
      rows: new Map(),
    },
  }
}

/** The rows of a collection by id, after the operations so far. */
export const rowsOf = <Row, Key>(book: Book, collection: Collection<Row, Key>): Map<string, Row> =>
  rowsIn(book.rows, collection)

/** Saves a new or changed row with the batch. */
export function saveRow<Row, Key>(book: Book, collection: Collection<Row, Key>, id: string, row: Row): void {
  rowsIn(book.rows, collection).set(id, row)
  rowsIn(book.effects.rows, collection).set(id, row)
}

/** The parts of a transfer that its rule decides. */
interface Movement {
  readonly kind: TransferKind
  readonly debit: Account
  readonly credit: Account
  readonly amount: bigint
  readonly reference?: string | null
  readonly merchantId?: string | null
  readonly reversalOf?: string | null
  readonly groupId?: string | null
  readonly endToEndId?: string | undefined
}

/** A movement that can be captured or voided until it expires. */
interface Hold extends Movement {
  readonly expiresAt: string
}

const postedBalance = (account: Account): bigint => account.creditsPosted - account.debitsPosted

/** The posted balance less open holds. */
export const availableBalance = (account: Account): bigint => postedBalance(account) - account.debitsPending

/** True if the counters have room for the amount in 64 bits. */
export const hasRoom = (debit: Account, credit: Account, amount: bigint): boolean =>
  debit.debitsPosted + debit.debitsPending + amount <= MAX_AMOUNT &&
  credit.creditsPosted + credit.creditsPending + amount <= MAX_AMOUNT

/** Moves money at once. The caller has checked that this is allowed. */
export function postTransfer(book: Book, movement: Movement): Transfer {
  const { debit, credit, amount } = movement
  const transfer = newTransfer(book, movement, { status: 'POSTED', postedAmount: amount, expiresAt: null })
  debit.debitsPosted += amount
  credit.creditsPosted += amount
  if (transfer.reversalOf !== null) book.reversed.add(transfer.reversalOf)
  record(book, 'TRANSFER_POSTED', transfer, amount)
  return transfer
}

/** Undoes `postTransfer` of the newest transfer of this batch completely. */
export function takeBack(book: Book, transfer: Transfer): void {
  const last = book.effects.events.pop()
  if (last?.transferId !== transfer.id) throw new Error('Only the newest transfer can be taken back.')
  const [debit, credit] = accountsOf(book, transfer)
  debit.debitsPosted -= transfer.amount
  credit.creditsPosted -= transfer.amount
  book.transfers.delete(transfer.id)
  book.effects.transfers.delete(transfer.id)
  book.effects.endToEndIds.delete(transfer.id)
  book.sequence -= 1n
}

/** Holds money. The caller has checked that this is allowed. */
export function placeHold(book: Book, hold: Hold): Transfer {
  const { debit, credit, amount, expiresAt } = hold
  const transfer = newTransfer(book, hold, { status: 'PENDING', postedAmount: null, expiresAt })
  debit.debitsPending += amount
  credit.creditsPending += amount
  record(book, 'HOLD_PLACED', transfer, amount)
  return transfer
}

/** The event for each way a hold can end. */
const endings = { POSTED: 'HOLD_CAPTURED', VOIDED: 'HOLD_VOIDED', EXPIRED: 'HOLD_EXPIRED' } as const

/** Ends a pending hold: posts `captured` of it, and releases the rest. */
export function resolveHold(
  book: Book,
  hold: Transfer,
  ending: { readonly status: 'POSTED'; readonly captured: bigint } | { readonly status: 'VOIDED' | 'EXPIRED' },
): void {
  const [debit, credit] = accountsOf(book, hold)
  const captured = ending.status === 'POSTED' ? ending.captured : 0n
  book.sequence += 1n
  hold.status = ending.status
  hold.postedAmount = captured === 0n ? null : captured
  hold.resolvedAt = book.at
  debit.debitsPending -= hold.amount
  credit.creditsPending -= hold.amount
  debit.debitsPosted += captured
  credit.creditsPosted += captured
  // A hold placed in this batch is not written yet, and is inserted in its final state.
  if (!book.effects.transfers.has(hold.id)) book.effects.resolved.set(hold.id, hold)
  record(book, endings[ending.status], hold, captured === 0n ? hold.amount : captured)
}

/** Both accounts of a transfer: they are always loaded with it. */
export function accountsOf(
  book: Book,
  { id, debitAccount, creditAccount }: Transfer,
): [debit: Account, credit: Account] {
  const debit = book.accounts.get(debitAccount)
  const credit = book.accounts.get(creditAccount)
  if (!debit || !credit) throw new Error(`The accounts of transfer ${id} are not in the book.`)
  return [debit, credit]
}

function newTransfer(
  book: Book,
  movement: Movement,
  outcome: Pick<Transfer, 'status' | 'postedAmount' | 'expiresAt'>,
): Transfer {
  book.sequence += 1n
  const transfer: Transfer = {
    id: book.sequence.toString(),
    kind: movement.kind,
    debitAccount: movement.debit.id,
    creditAccount: movement.credit.id,
    amount: movement.amount,
    currency: movement.debit.currency,
    reference: movement.reference ?? null,
    merchantId: movement.merchantId ?? null,
    reversalOf: movement.reversalOf ?? null,
    groupId: movement.groupId ?? null,
    createdAt: book.at,
    resolvedAt: outcome.status === 'PENDING' ? null : book.at,
    ...outcome,
  }
  book.transfers.set(transfer.id, transfer)
  book.effects.transfers.set(transfer.id, transfer)
  if (movement.endToEndId !== undefined) book.effects.endToEndIds.set(transfer.id, movement.endToEndId)
  return transfer
}

/** Saves a changed status, limit or, if given, name with the batch. */
export function alterAccount(book: Book, account: Account, name: string | null = null): void {
  const before = book.effects.altered.get(account.id)
  book.effects.altered.set(account.id, { account, name: name ?? before?.name ?? null, at: book.at })
}

/** Adds the event with the book's current sequence. */
function record(book: Book, kind: EventKind, transfer: Transfer, amount: bigint): void {
  const [debit, credit] = accountsOf(book, transfer)
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
    reference: transfer.reference,
    merchantId: transfer.merchantId,
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
    holder: null,
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
