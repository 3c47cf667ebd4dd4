/**
 * Two-phase transfers: money is held, and later captured, voided, or released when the hold
 * expires. Each hold ends once.
 */
import { plainDateOf } from '../dates/plain-date.ts'
import { accountsOf, type Book, placeHold, resolveHold } from '../ledger/book.ts'
import { countSpending, mayUseAccount, orderOf } from '../ledger/debit.ts'
import type { Transfer } from '../ledger/model.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, isRefused, notYet, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import type { TransferChangeCommand } from '../transfers/commands.ts'
import type { CaptureHoldCommand, HoldFundsCommand } from './commands.ts'

const holdFunds: Rule<HoldFundsCommand> = {
  needs: ({ from, to }) => ({ accounts: [from, to] }),
  evaluate(command, book, actor) {
    const order = orderOf(command, book, actor)
    if (isRefused(order)) return order
    const { debit, credit } = order
    const { amount, reference, expiresInSeconds, endToEndId } = command
    const expiresAt = new Date(Date.parse(book.at) + expiresInSeconds * 1_000).toISOString()
    countSpending(debit, amount, book.at)
    return accept(placeHold(book, { kind: 'HOLD', debit, credit, amount, reference, expiresAt, endToEndId }).id)
  },
}

const captureHold: Rule<CaptureHoldCommand> = {
  needs: ({ transferId }) => ({ transfers: [transferId] }),
  evaluate({ transferId, amount }, book, actor) {
    const hold = openHold(book, transferId, actor)
    if (isRefused(hold)) return hold
    // An expired hold may not have been released yet.
    if (hold.expiresAt !== null && hold.expiresAt <= book.at) return refuse('HOLD_ALREADY_RESOLVED')
    const captured = amount ?? hold.amount
    if (captured > hold.amount) return refuse('HOLD_EXCEEDED')
    if (accountsOf(book, hold).some(({ status }) => status !== 'OPEN')) return refuse('ACCOUNT_NOT_OPEN')
    giveBackSpending(book, hold, hold.amount - captured)
    resolveHold(book, hold, { status: 'POSTED', captured })
    return accept(hold.id)
  },
}

const voidHold: Rule<TransferChangeCommand<'voidHold'>> = {
  needs: ({ transferId }) => ({ transfers: [transferId] }),
  evaluate({ transferId }, book, actor) {
    const hold = openHold(book, transferId, actor)
    if (isRefused(hold)) return hold
    return release(book, hold, 'VOIDED')
  },
}

/** The bank's own command, when a hold expires. */
const expireHold: Rule<TransferChangeCommand<'expireHold'>> = {
  needs: ({ transferId }) => ({ transfers: [transferId] }),
  evaluate({ transferId }, book, actor) {
    const hold = openHold(book, transferId, actor)
    if (isRefused(hold)) return hold
    if (hold.expiresAt === null || hold.expiresAt > book.at) return notYet('NOT_PERMITTED')
    return release(book, hold, 'EXPIRED')
  },
}

function release(book: Book, hold: Transfer, status: 'VOIDED' | 'EXPIRED') {
  giveBackSpending(book, hold, hold.amount)
  resolveHold(book, hold, { status })
  return accept(hold.id)
}

/** Money that was not captured does not count against the limit of the day on which it was held. */
function giveBackSpending(book: Book, hold: Transfer, amount: bigint): void {
  const [debit] = accountsOf(book, hold)
  if (plainDateOf(hold.createdAt) === plainDateOf(book.at)) countSpending(debit, -amount, book.at)
}

/**
 * The hold, if it is open and the actor may end it: the owner of the debited account, or an
 * officer.
 */
function openHold(book: Book, id: string | null, actor: Actor): Transfer | Refused {
  const hold = id === null ? undefined : book.transfers.get(id)
  if (!hold) return refuse('TRANSFER_NOT_FOUND')
  const [debit, credit] = accountsOf(book, hold)
  if (!mayUseAccount(debit, actor)) return refuse(mayUseAccount(credit, actor) ? 'NOT_PERMITTED' : 'TRANSFER_NOT_FOUND')
  if (hold.kind !== 'HOLD') return refuse('NOT_A_HOLD')
  return hold.status === 'PENDING' ? hold : refuse('HOLD_ALREADY_RESOLVED')
}

export const holdsPart = { rules: { holdFunds, captureHold, voidHold, expireHold } } satisfies LedgerPart
