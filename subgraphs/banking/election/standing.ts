/** The writer of the ledger, as one instance knows it. */

export type Standing =
  /**
   * The writer is unknown, or there is none: this instance writes under the ledger's lock, beside
   * any others.
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
