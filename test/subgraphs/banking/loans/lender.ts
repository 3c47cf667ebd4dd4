/** Shortcuts that take a loan through its life on a real ledger. */
import { randomUUID } from 'node:crypto'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import type { Actor } from '../../../../subgraphs/banking/ledger/request.ts'
import { loanBooks } from '../../../../subgraphs/banking/loans/books.ts'
import type { ApplyForLoanCommand, LoanCommand, LoanMutation } from '../../../../subgraphs/banking/loans/commands.ts'
import { readApplication } from '../../../../subgraphs/banking/loans/input.ts'
import type { Loan, LoanReference } from '../../../../subgraphs/banking/loans/loan.ts'
import { loadLoans } from '../../../../subgraphs/banking/loans/store.ts'
import type { LoanTerms } from '../../../../subgraphs/banking/loans/terms.ts'
import { subjectOf, type TestBank } from '../support/bank.ts'

export const officer: Actor = { id: 'officer', officer: true }
export const borrower: Actor = { id: 'borrower', officer: false }

export const usualTerms: LoanTerms = {
  principal: 120_000n,
  annualRate: 120_000n,
  instalments: 12,
  interest: 'DECLINING_BALANCE',
  amortization: 'EQUAL_INSTALMENTS',
}

export interface Lender {
  /** Applies for a loan; resolves to its reference for later steps. */
  apply(account: string, terms?: LoanTerms): Promise<LoanReference>
  act(
    name: LoanMutation,
    loan: LoanReference | null,
    options?: { actor?: Actor; amount?: bigint; key?: string },
  ): Promise<Answer>
  /** Applies for a loan, approves it and pays it out. */
  lend(account: string, terms?: LoanTerms): Promise<LoanReference>
  loan(reference: LoanReference): Promise<Loan>
}

export const commandOf = (
  name: LoanMutation,
  loan: LoanReference | null,
  amount: bigint | null = null,
): LoanCommand => ({ name, loan, amount, note: null })

export const applicationFor = (accountId: string, terms: LoanTerms, key: string): ApplyForLoanCommand =>
  readApplication({ idempotencyKey: key, accountId, terms: { ...terms, currency: 'EUR' } }, borrower.id).command

export function openLender(bank: TestBank): Lender {
  const lender: Lender = {
    async apply(account, terms = usualTerms) {
      const key = randomUUID()
      const id = subjectOf(await bank.ask(applicationFor(account, terms, key), { actor: borrower, key }))
      return { id, account, books: await loanBooks(bank.ledger, 'EUR') }
    },
    act(name, loan, { actor = officer, amount, key } = {}) {
      return bank.ask(commandOf(name, loan, amount), { actor, ...(key === undefined ? {} : { key }) })
    },
    async lend(account, terms) {
      const loan = await lender.apply(account, terms)
      subjectOf(await lender.act('approveLoan', loan))
      subjectOf(await lender.act('disburseLoan', loan))
      return loan
    },
    async loan({ id }) {
      const found = (await loadLoans(bank.database, [id])).get(id)
      if (!found) throw new Error(`There is no loan ${id}.`)
      return found
    },
  }
  return lender
}
