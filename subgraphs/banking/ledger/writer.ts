/**
 * The two ways to write a batch: one statement for a speculated batch; or read, evaluate and write
 * under the ledger's lock. Does not retry.
 */
import type { LedgerDatabase } from '../database/open.ts'
import { applyEvaluation, writeBatches } from './apply.ts'
import type { LedgerClock } from './clock.ts'
import { type Answer, evaluate } from './evaluate.ts'
import { isOneRead, type Loaded, loadAccountsOnly, loadState, lockLedger } from './load.ts'
import { type LedgerParts, needsOf } from './part.ts'
import type { LedgerRequest } from './request.ts'
import { later, type SpeculatedBatch, speculate, type UncommittedState } from './speculate.ts'

export interface Writer {
  /**
   * Evaluates a batch on the uncommitted state of the one before it. Undefined where it must wait
   * for the lock, and while another instance writes too: the guess would mostly be wrong.
   */
  speculate(
    requests: readonly LedgerRequest[],
    before: UncommittedState | undefined,
  ): Promise<SpeculatedBatch | undefined>
  /** False where another instance has written, and so nothing was written. */
  writeSpeculated(speculated: SpeculatedBatch): Promise<boolean>
  /** @param onEvaluated called with the answers before they are durable */
  writeLocked(
    requests: readonly LedgerRequest[],
    onEvaluated: (answers: readonly Answer[]) => void,
  ): Promise<readonly Answer[]>
}

interface WriterOptions {
  readonly parts: LedgerParts
  readonly database: LedgerDatabase
  readonly clock: LedgerClock
}

const TRANSACTION = { maxWait: 5_000, timeout: 30_000 } // milliseconds

export function createWriter({ parts, database, clock }: WriterOptions): Writer {
  /** Another instance writes too. */
  let isContended = false
  /** The hash of the head that this instance wrote last. */
  let written: string | undefined

  const nowOf = ({ state, reading }: Loaded, requests: readonly LedgerRequest[]): string => {
    const found = requests.flatMap(({ foundDueAt }) => foundDueAt ?? [])
    return later(clock.now(reading, state.head.at, found), state.head.at)
  }

  return {
    async speculate(requests, before) {
      if (isContended) return undefined
      const needs = needsOf(parts, requests)
      if (!isOneRead(needs)) return undefined
      const loaded = await loadAccountsOnly(database.query, requests, needs)
      return speculate(parts, loaded.state, nowOf(loaded, requests), before, requests)
    },
    async writeSpeculated({ statement, next }) {
      if (statement === null) return true
      const isWritten = await writeBatches(database.query, statement)
      if (isWritten) written = next.head.hash
      else isContended = true
      return isWritten
    },
    writeLocked: (requests, onEvaluated) =>
      database.prisma.$transaction(async (transaction) => {
        await lockLedger(transaction)
        const loaded = await loadState(transaction, requests, needsOf(parts, requests))
        const base = loaded.state.head.hash
        const evaluation = evaluate(parts, loaded.state, [{ at: nowOf(loaded, requests), requests }])
        await applyEvaluation(transaction, parts, base, evaluation)
        onEvaluated(evaluation.answers)
        isContended = written !== undefined && base !== written
        written = evaluation.head.hash
        return evaluation.answers
      }, TRANSACTION),
  }
}
