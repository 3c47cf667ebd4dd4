/**
 * Evaluates a batch on what the ledger will be once the batch before it, which is still being
 * written, has been. A guess that cannot do harm: what is written on it is written only where the
 * head has become the one foreseen.
 */
import { batchStatement, isOneStatement } from './apply.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import { type Account, type Head, type LedgerState, memoryKey, type Remembered } from './model.ts'
import type { LedgerParts } from './part.ts'
import type { LedgerRequest } from './request.ts'

/** What the ledger will be. */
export interface Foresight {
  /** The hash of the head it was evaluated on. */
  readonly base: string
  readonly head: Head
  /** The accounts that changed. */
  readonly accounts: ReadonlyMap<string, Account>
  readonly remembered: ReadonlyMap<string, Remembered>
}

/** A batch evaluated, and not yet written. */
export interface Foreseen {
  readonly evaluation: Evaluation
  /** Null: there is nothing to write. */
  readonly statement: ReturnType<typeof batchStatement> | null
  readonly next: Foresight
}

/**
 * Undefined where the batch must be evaluated under the ledger's lock.
 * @param before the batch that is being written, if any
 * @param now the clock's instant, ISO 8601
 */
export function foresee(
  parts: LedgerParts,
  loaded: LedgerState,
  now: string,
  before: Foresight | undefined,
  requests: readonly LedgerRequest[],
): Foreseen | undefined {
  const state = before ? overlaid(loaded, before) : loaded
  if (!state) return undefined
  const evaluation = evaluate(parts, state, [{ at: later(now, state.head.at), requests }])
  if (!isOneStatement(evaluation.effects)) return undefined
  const isNothing = evaluation.batches.length === 0
  // Answers from memory are not to be told where that memory is only foreseen.
  if (isNothing && state !== loaded) return undefined
  const base = state.head.hash
  return {
    evaluation,
    statement: isNothing ? null : batchStatement(base, evaluation),
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
 * What was loaded may be from before or from after the batch being written; undefined where
 * somebody else wrote.
 */
function overlaid(loaded: LedgerState, before: Foresight): LedgerState | undefined {
  if (loaded.head.hash === before.head.hash) return loaded
  if (loaded.head.hash !== before.base) return undefined
  const { accounts, remembered } = loaded
  // Copies: what is evaluated now must not reach back into what is being written.
  for (const [id, account] of before.accounts) if (accounts.has(id)) accounts.set(id, { ...account })
  for (const [slot, first] of before.remembered) remembered.set(slot, first)
  return { ...loaded, head: before.head }
}

/** The ledger's next instant: the clock's, never before its last. */
export const later = (now: string, last: string): string => (now > last ? now : last)
