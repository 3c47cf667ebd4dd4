import type { Loan } from '../../../platform/memory/loans.ts'

/** An HTTP answer as it came. */
export interface HttpAnswer {
  readonly status: number
  /** The headers that are read here (see `head.ts`), by their names in small letters. */
  readonly fields: ReadonlyMap<string, string>
  /** All its lines, for header rules. */
  readonly head?: string | undefined
  /** Nothing changes it any more; it is no part of a read buffer. */
  readonly body: Buffer
  /** Of the body's memory, where it is lent. */
  readonly loan: Loan | undefined
  /**
   * Whether it may have been written before the request was read: it names no call, and the
   * connection had carried another.
   */
  readonly mayHaveCrossed: boolean
}
