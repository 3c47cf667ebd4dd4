/** The bank's own accounts for loans, one set a currency, opened when first needed. */
import { type InternalAccount, internalAccountRequest, openInternalAccount } from '../accounts/internal.ts'
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
const opened = new WeakMap<Ledger, Map<string, Promise<LoanBooks>>>()

/** The accounts of a currency: every instance is told the same. */
export function loanBooks(ledger: Ledger, currency: string): Promise<LoanBooks> {
  const known = opened.get(ledger) ?? new Map<string, Promise<LoanBooks>>()
  opened.set(ledger, known)
  const books = known.get(currency) ?? openBooks(ledger, currency)
  known.set(currency, books)
  // What failed is asked again the next time.
  books.catch(() => known.delete(currency))
  return books
}

const bookOf = (name: keyof LoanBooks, currency: string): InternalAccount => ({
  actor,
  key: `open:${name}:${currency}`,
  label: labels[name],
  currency,
})

/** The order to open one of the accounts. */
export const bookRequest = (name: keyof LoanBooks, currency: string): LedgerRequest =>
  internalAccountRequest(bookOf(name, currency))

async function openBooks(ledger: Ledger, currency: string): Promise<LoanBooks> {
  const open = (name: keyof LoanBooks): Promise<string> => openInternalAccount(ledger, bookOf(name, currency))
  const [principal, interest, overpayments, losses] = await Promise.all([
    open('principal'),
    open('interest'),
    open('overpayments'),
    open('losses'),
  ])
  return { principal, interest, overpayments, losses }
}
