/** What was asked, what was answered, and when: all that a checker may rely on besides the ledger's own log. */

export type Asked =
  | { readonly kind: 'transfer'; readonly from: string; readonly to: string; readonly amount: bigint }
  | { readonly kind: 'hold'; readonly from: string; readonly to: string; readonly amount: bigint }
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
}

/** All balances as one read saw them. */
export interface WholeRead {
  /** The last operation that it saw. */
  readonly operation: bigint
  readonly startedAt: number
  readonly balances: ReadonlyMap<string, Balance>
}

export interface Balance {
  readonly posted: bigint
  readonly debitsPending: bigint
  readonly creditsPending: bigint
}

export interface History {
  readonly asked: Map<string, Asked>
  readonly acknowledged: Acknowledged[]
  readonly reads: WholeRead[]
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
