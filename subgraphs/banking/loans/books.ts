/** The bank's own accounts for loans, one set a currency, opened when first needed. */
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, type LedgerRequest, ledgerRequest } from '../ledger/request.ts'
import type { LoanBooks } from './loan.ts'

const labels: LoanBooks = {
  principal: 'Loans',
  interest: 'Loan interest',
  overpayments: 'Loan overpayments',
  losses: 'Loan losses',
}

const actor = bankActor('loans')
const opened = new WeakMap<Ledger, Map<string, Promise<LoanBooks>>>()

/**
 * The accounts of a currency. Which they are, the ledger remembers under their keys: asking again opens nothing,
 * and every instance is told the same.
 */
export function loanBooks(ledger: Ledger, currency: string): Promise<LoanBooks> {
  const known = opened.get(ledger) ?? new Map<string, Promise<LoanBooks>>()
  opened.set(ledger, known)
  const books = known.get(currency) ?? openBooks(ledger, currency)
  known.set(currency, books)
  // What failed is asked again the next time.
  books.catch(() => known.delete(currency))
  return books
}

/** The order to open one of the accounts; the same one every time, so that it opens the account once. */
export const bookRequest = (name: keyof LoanBooks, currency: string): LedgerRequest =>
  ledgerRequest({
    actor,
    key: `open:${name}:${currency}`,
    requestId: null,
    command: {
      name: 'openAccount',
      owner: null,
      kind: 'INTERNAL',
      currency,
      label: labels[name],
      floor: null,
      productId: null,
      branchId: null,
    },
  })

async function openBooks(ledger: Ledger, currency: string): Promise<LoanBooks> {
  const open = async (name: keyof LoanBooks): Promise<string> => {
    const { outcome } = await ledger.submit(bookRequest(name, currency))
    if (!outcome.accepted) throw new Error(`The bank's account for ${name} in ${currency} was refused: ${outcome.code}`)
    return outcome.subject
  }
  const [principal, interest, overpayments, losses] = await Promise.all([
    open('principal'),
    open('interest'),
    open('overpayments'),
    open('losses'),
  ])
  return { principal, interest, overpayments, losses }
}
