/**
 * A loan as the ledger keeps it: its terms, which never change, and its changes, each with who made
 * it and when. Data only.
 */
import type { PlainDate } from '../dates/plain-date.ts'
import type { Allocation } from './position.ts'
import type { LoanAction, LoanState } from './states.ts'
import type { LoanTerms } from './terms.ts'

/** One step in the life of a loan; never changed once written. */
export interface LoanChange {
  /** From 1, without gaps. */
  readonly number: number
  readonly action: LoanAction | 'apply'
  /** The state it led to. */
  readonly state: LoanState
  /** The caller's id. */
  readonly actor: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** The moved amount, in minor units; null if none. */
  readonly amount: bigint | null
  /** How a repayment was allocated; null for other changes. */
  readonly allocation: Allocation | null
  /** The first transfer of what moved. */
  readonly transferId: string | null
  readonly note: string | null
}

export interface Loan {
  readonly id: string
  /** The borrower. */
  readonly customer: string
  /** The borrower's account: the money goes there and is repaid from there. */
  readonly account: string
  readonly currency: string
  readonly terms: LoanTerms
  readonly purpose: string | null
  state: LoanState
  disbursedOn: PlainDate | null
  readonly changes: LoanChange[]
}

/** The bank's own accounts for loans in one currency, by what they hold. */
export interface LoanBooks {
  /** The account of what borrowers owe. */
  readonly principal: string
  /** Interest received. */
  readonly interest: string
  /** Overpayments of borrowers, until they are refunded. */
  readonly overpayments: string
  /** The account of what was written off. */
  readonly losses: string
}

/** The accounts of a loan, which never change. Resolvers read them before they ask the ledger. */
export interface LoanReference {
  readonly id: string
  readonly account: string
  readonly books: LoanBooks
}
