import type { Loan } from '../../../platform/memory/loans.ts'

/** An HTTP answer as received. */
export interface HttpAnswer {
  readonly status: number
  /** The used headers (see `head.ts`), by their names in lower case. */
  readonly fields: ReadonlyMap<string, string>
  /** All its lines, for header rules. */
  readonly head?: string | undefined
  /** Never changes; not part of a read buffer. */
  readonly body: Buffer
  /** The loan of the body's memory, if it is lent. */
  readonly loan: Loan | undefined
  /**
   * Whether it may have been written before the request was read: it names no call, and the
   * connection had carried another request.
   */
  readonly mayHaveCrossed: boolean
}
