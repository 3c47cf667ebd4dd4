/** The writer of the ledger, as one instance knows it. */

export type Standing =
  /**
   * Not decided: at start, and after the lease was lost, given back to drain, or taken by another.
   * It writes all the same: speculated batches while it finds itself alone, otherwise under the
   * lock of the ledger, beside any others.
   */
  | { readonly role: 'unknown' }
  /** This instance, for as long as `token` is the lease's. */
  | { readonly role: 'writer'; readonly token: string; readonly key: string }
  /** Another one, which was seen to renew its lease. */
  | {
      readonly role: 'follower'
      readonly token: string
      readonly key: string
      /** Null if it cannot be reached. */
      readonly address: string | null
    }

export const UNKNOWN: Standing = { role: 'unknown' }
