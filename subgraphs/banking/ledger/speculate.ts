/**
 * Speculative execution: evaluates a batch on the state that the batch before it is still writing.
 * A wrong guess does no harm: the statement writes only if the head is the expected one.
 */
import { batchStatement, fitsOneStatement } from './apply.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { type Account, type Head, type LedgerState, memoryKey, type Remembered } from './model.ts'
import type { LedgerParts } from './part.ts'
import type { LedgerRequest } from './request.ts'

/** The state after a batch that is not committed yet. */
export interface UncommittedState {
  /** The hash of the head it was evaluated on. */
  readonly base: string
  readonly head: Head
  /** The accounts that changed. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly remembered: ReadonlyMap<string, Remembered>
}

/** A batch evaluated on uncommitted state. */
export interface SpeculatedBatch {
  readonly evaluation: Evaluation
  /** Null: there is nothing to write. */
  readonly statement: ReturnType<typeof batchStatement> | null
  readonly next: UncommittedState
}

/**
 * Undefined if the batch must be evaluated under the ledger's lock.
 * @param before the batch that is being written, if any
 * @param now the clock's instant, ISO 8601
 * @param token of the lease; null without one
 */
export function speculate(
  parts: LedgerParts,
  loaded: LedgerState,
  now: string,
  before: UncommittedState | undefined,
  requests: readonly LedgerRequest[],
  token: string | null = null,
): SpeculatedBatch | undefined {
  const state = before ? overlaid(loaded, before) : loaded
  if (!state) return undefined
  const evaluation = evaluate(parts, state, [{ at: later(now, state.head.at), requests }])
  if (!fitsOneStatement(evaluation.effects)) return undefined
  const isNothing = evaluation.batches.length === 0
  // A replayed answer must not be sent if the first one is not yet committed.
  if (isNothing && state !== loaded) return undefined
  const base = state.head.hash
  return {
    evaluation,
    statement: isNothing ? null : batchStatement(base, evaluation, token),
    next: { base, head: evaluation.head, accounts: evaluation.effects.touched, remembered: firstUses(evaluation) },
  }
}

const firstUses = ({ batches }: Evaluation): ReadonlyMap<string, Remembered> =>
  new Map(
    batches.flatMap(({ operations }) =>
      operations.map((operation) => [memoryKey(operation.actor, operation.key), operation]),
    ),
  )

/**
 * The loaded state with the uncommitted changes, which it may already contain. Undefined if another
 * instance wrote.
 */
function overlaid(loaded: LedgerState, before: UncommittedState): LedgerState | undefined {
  if (loaded.head.hash === before.head.hash) return loaded
  if (loaded.head.hash !== before.base) return undefined
  const { accounts, remembered } = loaded
  // Copies: this evaluation must not change the batch that is being written.
  for (const [id, account] of before.accounts) if (accounts.has(id)) accounts.set(id, { ...account })
  for (const [slot, first] of before.remembered) remembered.set(slot, first)
  return { ...loaded, head: before.head }
}

/** The ledger's next instant: the clock's, never before its last. */
export const later = (now: string, last: string): string => (now > last ? now : last)
