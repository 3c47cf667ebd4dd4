/** The ledger's data: accounts, transfers, events, operations and batches. */
import type { Rows } from './collection.ts'
import type { Outcome } from './refusal.ts'

export type AccountKind = 'CURRENT' | 'SAVINGS' | 'INTERNAL'
export type AccountStatus = 'OPEN' | 'FROZEN' | 'CLOSED'
export type TransferKind = 'TRANSFER' | 'HOLD' | 'REVERSAL' | 'EXCHANGE' | 'SPREAD' | 'SCHEDULED' | 'LOAN'
export type TransferStatus = 'PENDING' | 'POSTED' | 'VOIDED' | 'EXPIRED'
export type EventKind = 'TRANSFER_POSTED' | 'HOLD_PLACED' | 'HOLD_CAPTURED' | 'HOLD_VOIDED' | 'HOLD_EXPIRED'

/** An account while a batch is evaluated. Amounts are minor units of its currency. */
export interface Account {
  readonly id: string
  /** The customer's id; null: the bank's own. */
  readonly owner: string | null
  /** The customer's name; null: the bank's own, or opened in this batch. */
  readonly holder: string | null
  readonly currency: string
  status: AccountStatus
  /** The lowest available balance; null: none. */
  readonly floor: bigint | null
  /** Most spending within one UTC day; null: no limit. */
  dailyLimit: bigint | null
  /** The spending on the day `spentOn` (`2026-06-01`). */
  spent: bigint
  spentOn: string | null
  debitsPending: bigint
  debitsPosted: bigint
  creditsPending: bigint
  creditsPosted: bigint
}

/** The data of a new account. */
export interface AccountOpening {
  readonly id: string
  readonly owner: string | null
  readonly kind: AccountKind
  readonly currency: string
  readonly name: string
  readonly floor: bigint | null
  readonly productId: string | null
  readonly branchId: string | null
  readonly at: string
}

/** Changes of an account besides its counters. */
export interface AccountChange {
  readonly account: Account
  /** Null if unchanged. */
  readonly name: string | null
  readonly at: string
}

export interface Transfer {
  /** The sequence of the event that made it. */
  readonly id: string
  readonly kind: TransferKind
  status: TransferStatus
  readonly debitAccount: string
  readonly creditAccount: string
  readonly amount: bigint
  postedAmount: bigint | null
  readonly currency: string
  readonly reference: string | null
  readonly merchantId: string | null
  readonly reversalOf: string | null
  readonly groupId: string | null
  readonly expiresAt: string | null
  readonly createdAt: string
  resolvedAt: string | null
}

/** An event of the ledger; a posting has the balances of both accounts after it. */
export interface LedgerEvent {
  readonly sequence: bigint
  readonly kind: EventKind
  readonly transferId: string
  readonly debitAccount: string
  readonly creditAccount: string
  readonly amount: bigint
  readonly at: string
  /** The transfer's. */
  readonly reference: string | null
  readonly merchantId: string | null
  readonly balances: { readonly debit: bigint; readonly credit: bigint } | null
}

/** The end of the ledger so far. */
export interface Head {
  readonly sequence: bigint
  readonly operation: bigint
  readonly batch: bigint
  readonly account: bigint
  /** Instants are ISO 8601 in UTC with milliseconds, so that text order is time order. */
  readonly at: string
  /** The last link of the audit chain, hexadecimal: different for each state of the ledger. */
  readonly hash: string
}

/** One line of the operation log. */
export interface Operation {
  readonly number: bigint
  readonly actor: string
  readonly key: string
  readonly name: string
  readonly inputHash: string
  readonly inputVersion: number
  readonly outcome: Outcome
  readonly requestId: string | null
  readonly at: string
}

/** Operations that share an instant and a link of the audit chain. */
export interface BatchRecord {
  readonly number: bigint
  readonly firstSequence: bigint
  readonly firstOperation: bigint
  readonly lastOperation: bigint
  readonly at: string
  readonly operations: readonly Operation[]
  /** The link of the audit chain, hexadecimal. */
  readonly hash: string
}

/** The outcome of a key's first use. */
export interface Remembered {
  readonly inputHash: string
  /** The version of the set of fields that the hash covers. */
  readonly inputVersion: number
  readonly outcome: Outcome
  /** The outcome has expired. */
  readonly isExpired?: true
}

/** The part of the ledger that a batch needs. */
export interface LedgerState {
  readonly head: Head
  readonly accounts: Map<string, Account>
  readonly transfers: Map<string, Transfer>
  /** Rows of the parts. */
  readonly rows: Rows
  /** Keyed by `memoryKey`. */
  readonly remembered: Map<string, Remembered>
}

export const memoryKey = (actor: string, key: string): string => `${actor}\n${key}`
