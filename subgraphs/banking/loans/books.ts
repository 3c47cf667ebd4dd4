/** The bank's own accounts for loans, one set for each currency, opened at first use. */
import { type InternalAccount, internalAccount, internalAccountRequest } from '../accounts/internal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, type LedgerRequest } from '../ledger/request.ts'
import type { LoanBooks } from './loan.ts'

const labels: LoanBooks = {
  principal: 'Loans',
  interest: 'Loan interest',
  overpayments: 'Loan overpayments',
  losses: 'Loan losses',
}

const actor = bankActor('loans')
const bookOf = (name: keyof LoanBooks, currency: string): InternalAccount => ({
  actor,
  key: `open:${name}:${currency}`,
  label: labels[name],
  currency,
})

/** The order to open one of the accounts. */
export const bookRequest = (name: keyof LoanBooks, currency: string): LedgerRequest =>
  internalAccountRequest(bookOf(name, currency))

/** The accounts of a currency, the same on every instance. */
export async function loanBooks(ledger: Ledger, currency: string): Promise<LoanBooks> {
  const account = (name: keyof LoanBooks): Promise<string> => internalAccount(ledger, bookOf(name, currency))
  const [principal, interest, overpayments, losses] = await Promise.all([
    account('principal'),
    account('interest'),
    account('overpayments'),
    account('losses'),
  ])
  return { principal, interest, overpayments, losses }
}
