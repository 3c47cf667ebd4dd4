/** The ledger as rows say it is, and what of it a batch is evaluated on. Data only. */
import type { Rows } from './collection.ts'
import type { Account, Head, Transfer } from './model.ts'
import type { Outcome } from './refusal.ts'

/** The outcome of a key's first use. */
export interface Remembered {
  readonly inputHash: string
  /** Which fields the hash covers. */
  readonly inputVersion: number
  readonly outcome: Outcome
}

export interface LedgerState {
  readonly head: Head
  readonly accounts: Map<string, Account>
  readonly transfers: Map<string, Transfer>
  /** Of the parts. */
  readonly rows: Rows
  /** By `memoryKey`. */
  readonly remembered: Map<string, Remembered>
}

export const memoryKey = (actor: string, key: string): string => `${actor}\n${key}`
