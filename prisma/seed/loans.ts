/** The demo's loans: one repaid on schedule, and one that waits for an officer. */

import { type PlainDate, plainDateOf } from '../../subgraphs/banking/dates/plain-date.ts'
import type { Moment } from '../../subgraphs/banking/ledger/evaluate.ts'
import { type Actor, type Command, ledgerRequest } from '../../subgraphs/banking/ledger/request.ts'
import type { LoanCommand, LoanMutation } from '../../subgraphs/banking/loans/commands.ts'
import { type ApplyInput, readApplication } from '../../subgraphs/banking/loans/input.ts'
import type { LoanBooks } from '../../subgraphs/banking/loans/loan.ts'
import { scheduleOf } from '../../subgraphs/banking/loans/quote.ts'
import { YEAR } from './year.ts'

export const LOAN_CURRENCY = 'EUR'

const officer: Actor = { id: 'officer', officer: true }

const roof = {
  principal: 600_000n,
  currency: LOAN_CURRENCY,
  annualRate: 59_000n, // 5.9 %
  instalments: 24,
  interest: 'DECLINING_BALANCE',
  amortization: 'EQUAL_INSTALMENTS',
} as const
const boat = { ...roof, principal: 1_800_000n, annualRate: 72_500n, instalments: 60 } as const

const APPLIED = '2025-08-28'
const DISBURSED = '2025-09-01'

/** A database that has this key has the loans. */
export const firstLoanKey = { actor: 'payer', key: 'demo: a new roof' } as const

const moment = (day: PlainDate, hour: number, actor: Actor, key: string, command: Command): Moment => ({
  at: new Date(Date.parse(day) + hour * 3_600_000).toISOString(),
  requests: [ledgerRequest({ actor, key, requestId: null, command })],
})

/** The loans' history in the demo's year, in order of time. */
export function loansOfTheYear(accounts: { payer: string; payee: string }, books: LoanBooks): readonly Moment[] {
  const payer: Actor = { id: firstLoanKey.actor, officer: false }
  const apply = (actor: Actor, input: ApplyInput) => readApplication(input, actor.id).command
  const { key } = firstLoanKey
  const application = apply(payer, {
    idempotencyKey: key,
    accountId: accounts.payer,
    terms: roof,
    purpose: 'A new roof',
  })
  const loan = { id: application.loan, account: accounts.payer, books }
  const change = (name: LoanMutation, amount: bigint | null = null): LoanCommand => ({ name, loan, amount, note: null })
  const lastDay = plainDateOf(new Date(YEAR.to))
  const due = scheduleOf({ ...roof, disbursedOn: DISBURSED }).filter(({ dueOn }) => dueOn < lastDay)
  const payee: Actor = { id: 'payee', officer: false }
  const boatKey = 'demo: a bigger boat'
  const boatInput = { idempotencyKey: boatKey, accountId: accounts.payee, terms: boat, purpose: 'A bigger boat' }
  return [
    moment(APPLIED, 18, payer, key, application),
    moment(APPLIED, 19, officer, 'demo: approve', change('approveLoan')),
    moment(DISBURSED, 6, officer, 'demo: disburse', change('disburseLoan')),
    ...due.map(({ dueOn, number, payment }) =>
      moment(dueOn, 23, payer, `demo: instalment ${number}`, change('repayLoan', payment)),
    ),
    moment('2026-06-29', 20, payee, boatKey, apply(payee, boatInput)),
  ]
}
