/**
 * What was asked, what was answered, and when: all that a checker may rely on besides the ledger's
 * own log.
 */

interface Payment {
  readonly from: string
  readonly to: string
  readonly amount: bigint
}

export type Asked =
  | (Payment & { readonly kind: 'transfer' | 'hold' })
  | (Payment & { readonly kind: 'schedule'; readonly frequency: 'ONCE' | 'DAILY'; readonly firstOn: string })
  | { readonly kind: 'capture'; readonly transfer: string; readonly amount: bigint }
  | { readonly kind: 'void'; readonly transfer: string }
  | { readonly kind: 'reverse'; readonly transfer: string }

/** The id of what came of it, or the refusal's code. */
export type Told = { readonly id: string } | { readonly refused: string }

/** An operation that was answered. Times are milliseconds of one clock. */
export interface Acknowledged {
  readonly key: string
  readonly asked: Asked
  readonly told: Told
  readonly startedAt: number
  readonly toldAt: number
  /** In which it was answered: the number of restores before it. */
  readonly era: number
}

/** All balances as one read saw them. */
export interface WholeRead {
  /** The last operation that it saw. */
  readonly operation: bigint
  readonly startedAt: number
  readonly balances: ReadonlyMap<string, Balance>
  readonly era: number
}

export interface Balance {
  readonly posted: bigint
  readonly debitsPending: bigint
  readonly creditsPending: bigint
}

export interface History {
  readonly asked: ReadonlyMap<string, Asked>
  readonly acknowledged: readonly Acknowledged[]
  readonly reads: readonly WholeRead[]
}

/** A line of the ledger's own log. */
export interface Logged {
  readonly number: bigint
  readonly key: string
  readonly name: string
  readonly refusal: string | null
  readonly subject: string | null
  readonly at: string
}

/** The last of what a backup holds. */
export interface Cut {
  readonly operation: bigint
  readonly sequence: bigint
}

/** An event as a subscriber is told of it. */
export interface SeenEvent {
  readonly sequence: bigint
  readonly kind: string
  readonly transfer: string
  /** Minor units. */
  readonly amount: string
}

/** The same as it was written, with the accounts it concerns. */
export interface OutboxEvent extends SeenEvent {
  readonly debit: string
  readonly credit: string
}

/** What one subscriber was told from one cursor on, over however many connections. */
export interface Segment {
  readonly account: string
  /** Where the first cursor stands. */
  readonly from: bigint
  readonly events: SeenEvent[]
  /** In which it began, and in which it was last served. */
  readonly began: number
  era: number
  /** The code with which its last cursor was refused. */
  refused: string | undefined
}
