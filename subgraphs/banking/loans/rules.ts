/** The rules of loans, evaluated by the ledger under its lock: who may do what in which state, and which money moves with it. */
import { type Book, postTransfer } from '../ledger/book.ts'
import type { Account } from '../ledger/model.ts'
import { accept, type Outcome, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import { countSpending, ownAccount, refusalOfDebit } from '../ledger/rules/debit.ts'
import type { Rule } from '../ledger/rules/rule.ts'
import type { PlainDate } from './calendar.ts'
import { type ApplyForLoanCommand, type LoanCommand, type LoanMutation, loanActions } from './commands.ts'
import type { Loan, LoanBooks, LoanChange } from './loan.ts'
import { type Allocation, type Position, positionOf, type Repayment } from './position.ts'
import { type LoanState, refusalOf, rules } from './states.ts'

/** What an action comes to: the state it leads to, and what moved. */
interface Effect {
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

const isRefused = (result: Effect | Refused): result is Refused => 'accepted' in result

const today = (book: Book): PlainDate => book.at.slice(0, 10)

const repaymentsOf = ({ changes }: Loan): Repayment[] =>
  changes.flatMap(({ action, at, amount }) =>
    action === 'repay' && amount !== null ? [{ paidOn: at.slice(0, 10), amount }] : [],
  )

/** What is owed on a loan that was paid out; `undefined` for one that was not. */
export function loanPosition(loan: Loan, day: PlainDate): Position | undefined {
  const lastDay = loan.changes.at(-1)?.at.slice(0, 10) ?? day
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
  loan.disbursedOn = today(book)
  return { state: 'ACTIVE', amount, transferId: pay(situation, bank.principal, borrower, amount, 'Disbursal') }
}

function repay(situation: Situation): Effect | Refused {
  const { book, loan, borrower, bank, amount } = situation
  const before = loanPosition(loan, today(book))
  if (amount === null || !before || loan.disbursedOn === null) return refuse('LOAN_NOT_ACTIVE')
  const refusal = refusalOfDebit(book, borrower, bank.principal, amount)
  if (refusal) return refusal
  const repayments = [...repaymentsOf(loan), { paidOn: today(book), amount }]
  const after = positionOf({ ...loan.terms, disbursedOn: loan.disbursedOn }, repayments, today(book))
  const allocation = after.allocations.at(-1) as Allocation
  let transferId: string | null = null
  for (const [part, account, purpose] of [
    [allocation.interest, bank.interest, 'Interest'],
    [allocation.principal, bank.principal, 'Repayment'],
    [allocation.overpayment, bank.overpayments, 'Overpayment'],
  ] as const) {
    if (part === 0n) continue
    const id = pay(situation, borrower, account, part, purpose, transferId)
    transferId ??= id
  }
  countSpending(borrower, amount, book.at)
  const state = after.settlement > 0n ? 'ACTIVE' : after.overpaid > 0n ? 'OVERPAID' : 'CLOSED_OBLIGATIONS_MET'
  return { state, amount, allocation, transferId }
}

function writeOff(situation: Situation): Effect {
  const { book, loan, bank } = situation
  const amount = loanPosition(loan, today(book))?.principal ?? 0n
  return {
    state: 'CLOSED_WRITTEN_OFF',
    amount,
    transferId: pay(situation, bank.losses, bank.principal, amount, 'Write-off'),
  }
}

function refundOverpayment(situation: Situation): Effect | Refused {
  const { book, loan, borrower, bank } = situation
  const amount = loanPosition(loan, today(book))?.overpaid ?? 0n
  const refusal = refusalOfDebit(book, bank.overpayments, borrower, amount)
  if (refusal) return refusal
  return {
    state: 'CLOSED_OBLIGATIONS_MET',
    amount,
    transferId: pay(situation, bank.overpayments, borrower, amount, 'Refund'),
  }
}

const effects: { readonly [Name in LoanMutation]: (situation: Situation) => Effect | Refused } = {
  approveLoan: () => ({ state: 'APPROVED' }),
  rejectLoan: () => ({ state: 'REJECTED' }),
  withdrawLoan: () => ({ state: 'WITHDRAWN' }),
  disburseLoan: disburse,
  repayLoan: repay,
  writeOffLoan: writeOff,
  refundLoanOverpayment: refundOverpayment,
}

/** Somebody else's loan looks like one that does not exist; nobody decides on a loan of their own. */
function refusalOfActor(loan: Loan | undefined, mutation: LoanMutation, actor: Actor): Refused | undefined {
  const own = loan?.customer === actor.id
  if (!loan || !(own || actor.officer)) return refuse('LOAN_NOT_FOUND')
  const decision = rules[loanActions[mutation]].by === 'officer'
  return decision && (own || !actor.officer) ? refuse('NOT_PERMITTED') : undefined
}

function evaluate({ name, loan: reference, amount, note }: LoanCommand, book: Book, actor: Actor): Outcome {
  const loan = reference ? book.loans.get(reference.id) : undefined
  const refusal = refusalOfActor(loan, name, actor)
  if (refusal) return refusal
  if (!loan || !reference) return refuse('LOAN_NOT_FOUND')
  const wrongState = refusalOf(loan.state, loanActions[name])
  if (wrongState) return refuse(wrongState)
  const account = (id: string): Account => book.accounts.get(id) as Account
  const { principal, interest, overpayments, losses } = reference.books
  const effect = effects[name]({
    loan,
    amount,
    book,
    borrower: account(reference.account),
    bank: {
      principal: account(principal),
      interest: account(interest),
      overpayments: account(overpayments),
      losses: account(losses),
    },
  })
  if (isRefused(effect)) return effect
  change(book, loan, actor, { action: loanActions[name], note }, effect)
  return accept(loan.id)
}

/** Takes a loan one step on. */
function change(
  book: Book,
  loan: Loan,
  actor: Actor,
  { action, note }: Pick<LoanChange, 'action' | 'note'>,
  { state, amount, allocation, transferId }: Effect,
): void {
  loan.changes.push({
    number: loan.changes.length + 1,
    action,
    state,
    actor: actor.id,
    at: book.at,
    amount: amount ?? null,
    allocation: allocation ?? null,
    transferId: transferId ?? null,
    note,
  })
  loan.state = state
  book.effects.loans.set(loan.id, loan)
}

const loanRule: Rule<LoanCommand> = {
  needs: ({ loan }) => ({
    accounts: loan ? [loan.account, ...Object.values(loan.books)] : [],
    transfers: [],
    loans: loan ? [loan.id] : [],
  }),
  evaluate,
}

export const applyForLoan: Rule<ApplyForLoanCommand> = {
  needs: ({ account }) => ({ accounts: account === null ? [] : [account], transfers: [] }),
  evaluate({ loan: id, account: accountId, currency, terms, purpose }, book, actor) {
    const account = ownAccount(book, accountId, actor)
    if (!account || account.owner === null) return refuse('ACCOUNT_NOT_FOUND')
    if (account.status !== 'OPEN') return refuse('ACCOUNT_NOT_OPEN')
    if (account.currency !== currency) return refuse('CURRENCY_MISMATCH')
    const loan: Loan = {
      id,
      customer: account.owner,
      account: account.id,
      currency,
      terms,
      purpose,
      state: 'SUBMITTED',
      disbursedOn: null,
      changes: [],
    }
    book.loans.set(id, loan)
    change(book, loan, actor, { action: 'apply', note: null }, { state: 'SUBMITTED' })
    return accept(id)
  },
}

export const loanRules = {
  applyForLoan,
  approveLoan: loanRule,
  rejectLoan: loanRule,
  withdrawLoan: loanRule,
  disburseLoan: loanRule,
  repayLoan: loanRule,
  writeOffLoan: loanRule,
  refundLoanOverpayment: loanRule,
}
