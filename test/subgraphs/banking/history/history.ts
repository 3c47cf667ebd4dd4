/** Requests, answers and their times: the checker's only input besides the ledger's own log. */

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

/** The id of the result, or the refusal's code. */
export type Told = { readonly id: string } | { readonly refused: string }

/** An answered operation. Times are milliseconds of one clock. */
export interface Acknowledged {
  readonly key: string
  readonly asked: Asked
  readonly told: Told
  readonly startedAt: number
  readonly toldAt: number
  /** The era of the answer: the number of restores before it. */
  readonly era: number
}

/** All balances in one read. */
export interface WholeRead {
  /** The last operation that the read saw. */
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

/** The last numbers in a backup. */
export interface Cut {
  readonly operation: bigint
  readonly sequence: bigint
}

/** An event as a subscriber gets it. */
export interface SeenEvent {
  readonly sequence: bigint
  readonly kind: string
  readonly transfer: string
  /** Minor units. */
  readonly amount: string
}

/** An event as it was written, with its accounts. */
export interface OutboxEvent extends SeenEvent {
  readonly debit: string
  readonly credit: string
}

/** The events that one subscriber got from one cursor on, over any number of connections. */
export interface Segment {
  readonly account: string
  /** Position of the first cursor. */
  readonly from: bigint
  readonly events: SeenEvent[]
  /** Eras in which it began and was last served. */
  readonly began: number
  era: number
  /** Code of the refusal of its last cursor. */
  refused: string | undefined
}
