/** The rules of loans: who may take which action in which state. */
import type { AccountTie } from '../accounts/rules.ts'
import { type Book, rowsOf, saveRow } from '../ledger/book.ts'
import { want } from '../ledger/collection.ts'
import { ownAccount } from '../ledger/debit.ts'
import type { Account } from '../ledger/model.ts'
import type { LedgerPart, Rule } from '../ledger/part.ts'
import { accept, isRefused, type Outcome, type Refused, refuse } from '../ledger/refusal.ts'
import type { Actor } from '../ledger/request.ts'
import { type ApplyForLoanCommand, type LoanCommand, loanActions } from './commands.ts'
import { type Effect, effects } from './effects.ts'
import type { Loan, LoanChange } from './loan.ts'
import { checkTransition, isOpen, type LoanAction, refusalOf, transitions } from './states.ts'
import { loans } from './store.ts'

/** Another customer's loan looks like none, and officers do not decide on their own loans. */
function refusalOfActor(loan: Loan | undefined, action: LoanAction, actor: Actor): Refused | undefined {
  const own = loan?.customer === actor.id
  if (!loan || !(own || actor.officer)) return refuse('LOAN_NOT_FOUND')
  const decision = transitions[action].by === 'officer'
  return decision && (own || !actor.officer) ? refuse('NOT_PERMITTED') : undefined
}

function evaluate({ name, loan: reference, amount, note }: LoanCommand, book: Book, actor: Actor): Outcome {
  const loan = reference ? rowsOf(book, loans).get(reference.id) : undefined
  const action = loanActions[name]
  const refusal = refusalOfActor(loan, action, actor)
  if (refusal) return refusal
  if (!loan || !reference) return refuse('LOAN_NOT_FOUND')
  const wrongState = refusalOf(loan.state, action)
  if (wrongState) return refuse(wrongState)
  const account = (id: string): Account => book.accounts.get(id) as Account
  const { principal, interest, overpayments, losses } = reference.books
  const effect = effects[action]({
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
  checkTransition(loan.state, action, effect.state)
  change(book, loan, actor, { action, note }, effect)
  return accept(loan.id)
}

/** Adds a change to the loan. */
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
  saveRow(book, loans, loan.id, loan)
}

const loanRule: Rule<LoanCommand> = {
  needs: ({ loan }) => ({
    accounts: loan ? [loan.account, ...Object.values(loan.books)] : [],
    rows: [want(loans, [loan])],
  }),
  evaluate,
}

const applyForLoan: Rule<ApplyForLoanCommand> = {
  needs: ({ account }) => ({ accounts: [account] }),
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
    change(book, loan, actor, { action: 'apply', note: null }, { state: 'SUBMITTED' })
    return accept(id)
  },
}

/** An account cannot close while a loan on it is open. */
export const openLoans: AccountTie = {
  wants: (account) => want(loans, [{ account }]),
  refusalOf: ({ id }, book) =>
    [...rowsOf(book, loans).values()].some(({ account, state }) => account === id && isOpen(state))
      ? refuse('ACCOUNT_HAS_LOAN')
      : undefined,
}

export const loansPart = {
  rules: {
    applyForLoan,
    approveLoan: loanRule,
    rejectLoan: loanRule,
    withdrawLoan: loanRule,
    disburseLoan: loanRule,
    repayLoan: loanRule,
    writeOffLoan: loanRule,
    refundLoanOverpayment: loanRule,
  },
  collections: [loans],
} satisfies LedgerPart
