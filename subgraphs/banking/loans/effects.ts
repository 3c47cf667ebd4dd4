/**
 * Executes each action on a loan: its new state, and the money that moves. The rules have already
 * allowed the action.
 */
import { type PlainDate, plainDateOf } from '../dates/plain-date.ts'
import { type Book, postTransfer } from '../ledger/book.ts'
import { countSpending, refusalOfDebit, refusalOfMove } from '../ledger/debit.ts'
import type { Account } from '../ledger/model.ts'
import { type Refused, refuse } from '../ledger/refusal.ts'
import type { Loan, LoanBooks } from './loan.ts'
import { type Allocation, type Position, positionOf, type Repayment } from './position.ts'
import type { LoanAction, LoanState } from './states.ts'

/** The result of an action. */
export interface Effect {
  readonly state: LoanState
  readonly amount?: bigint
  readonly allocation?: Allocation
  readonly transferId?: string | null
}

interface Situation {
  readonly loan: Loan
  readonly amount: bigint | null
  readonly book: Book
  readonly borrower: Account
  readonly bank: { readonly [Name in keyof LoanBooks]: Account }
}

const repaymentsOf = ({ changes }: Loan): Repayment[] =>
  changes.flatMap(({ action, at, amount }) =>
    action === 'repay' && amount !== null ? [{ paidOn: plainDateOf(at), amount }] : [],
  )

/** The debt of a loan that was paid out; `undefined` for one that was not. */
export function loanPosition(loan: Loan, day: PlainDate): Position | undefined {
  const last = loan.changes.at(-1)
  const lastDay = last ? plainDateOf(last.at) : day
  // At midnight a reader's clock may still be on the day before the ledger's.
  return loan.disbursedOn === null
    ? undefined
    : positionOf({ ...loan.terms, disbursedOn: loan.disbursedOn }, repaymentsOf(loan), day < lastDay ? lastDay : day)
}

function pay(
  { book, loan }: Situation,
  debit: Account,
  credit: Account,
  amount: bigint,
  purpose: string,
  groupId: string | null = null,
): string {
  return postTransfer(book, { kind: 'LOAN', debit, credit, amount, groupId, reference: `${purpose}, loan ${loan.id}` })
    .id
}

function disburse(situation: Situation): Effect | Refused {
  const { book, loan, borrower, bank } = situation
  const amount = loan.terms.principal
  const refusal = refusalOfDebit(book, bank.principal, borrower, amount)
  if (refusal) return refusal
  loan.disbursedOn = plainDateOf(book.at)
  return { state: 'ACTIVE', amount, transferId: pay(situation, bank.principal, borrower, amount, 'Disbursal') }
}

function repay(situation: Situation): Effect | Refused {
  const { book, loan, borrower, bank, amount } = situation
  const before = loanPosition(loan, plainDateOf(book.at))
  if (amount === null || !before || loan.disbursedOn === null) return refuse('LOAN_NOT_ACTIVE')
  const refusal = refusalOfDebit(book, borrower, bank.principal, amount)
  if (refusal) return refusal
  const repayments = [...repaymentsOf(loan), { paidOn: plainDateOf(book.at), amount }]
  const after = positionOf({ ...loan.terms, disbursedOn: loan.disbursedOn }, repayments, plainDateOf(book.at))
  const allocation = after.allocations.at(-1) as Allocation
  const parts = [
    { part: allocation.interest, account: bank.interest, purpose: 'Interest' },
    { part: allocation.principal, account: bank.principal, purpose: 'Repayment' },
    { part: allocation.overpayment, account: bank.overpayments, purpose: 'Overpayment' },
  ].filter(({ part }) => part > 0n)
  for (const { part, account } of parts) {
    const refused = refusalOfMove(borrower, account, part)
    if (refused) return refused
  }
  const groupId = parts.length > 1 ? (book.sequence + 1n).toString() : null
  const [transferId = null] = parts.map(({ part, account, purpose }) =>
    pay(situation, borrower, account, part, purpose, groupId),
  )
  countSpending(borrower, amount, book.at)
  const state = after.settlement > 0n ? 'ACTIVE' : after.overpaid > 0n ? 'OVERPAID' : 'CLOSED_OBLIGATIONS_MET'
  return { state, amount, allocation, transferId }
}

function writeOff(situation: Situation): Effect | Refused {
  const { book, loan, bank } = situation
  const amount = loanPosition(loan, plainDateOf(book.at))?.principal ?? 0n
  const refusal = refusalOfMove(bank.losses, bank.principal, amount)
  if (refusal) return refusal
  return {
    state: 'CLOSED_WRITTEN_OFF',
    amount,
    transferId: pay(situation, bank.losses, bank.principal, amount, 'Write-off'),
  }
}

function refundOverpayment(situation: Situation): Effect | Refused {
  const { book, loan, borrower, bank } = situation
  const amount = loanPosition(loan, plainDateOf(book.at))?.overpaid ?? 0n
  const refusal = refusalOfDebit(book, bank.overpayments, borrower, amount)
  if (refusal) return refusal
  return {
    state: 'CLOSED_OBLIGATIONS_MET',
    amount,
    transferId: pay(situation, bank.overpayments, borrower, amount, 'Refund'),
  }
}

export const effects: { readonly [Action in LoanAction]: (situation: Situation) => Effect | Refused } = {
  approve: () => ({ state: 'APPROVED' }),
  reject: () => ({ state: 'REJECTED' }),
  withdraw: () => ({ state: 'WITHDRAWN' }),
  disburse,
  repay,
  writeOff,
  refundOverpayment,
}
