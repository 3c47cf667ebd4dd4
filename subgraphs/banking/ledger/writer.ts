/**
 * The two ways in which a batch is written: as it was foreseen, in one statement; or read,
 * evaluated and written under the ledger's lock. Tries once.
 */
import type { LedgerDatabase } from '../database/open.ts'
import { applyEvaluation, writeBatches } from './apply.ts'
import type { LedgerClock } from './clock.ts'
import { type Answer, evaluate } from './evaluate.ts'
import { type Foreseen, type Foresight, foresee, later } from './foresight.ts'
import { isOneRead, type Loaded, loadAccountsOnly, loadState, lockLedger } from './load.ts'
import { type LedgerParts, needsOf } from './part.ts'
import type { LedgerRequest } from './request.ts'

export interface Writer {
  /**
   * Evaluates a batch on what the one before it will make of the ledger. Undefined where it must
   * wait for the lock, and while somebody else writes too: foreseeing would mostly be in vain.
   */
  foresee(requests: readonly LedgerRequest[], before: Foresight | undefined): Promise<Foreseen | undefined>
  /** False where somebody else has written, and so nothing was. */
  writeForeseen(foreseen: Foreseen): Promise<boolean>
  /** @param onEvaluated told of the answers before they are durable */
  writeLocked(
    requests: readonly LedgerRequest[],
    onEvaluated: (answers: readonly Answer[]) => void,
  ): Promise<readonly Answer[]>
}

export interface WriterOptions {
  readonly parts: LedgerParts
  readonly database: LedgerDatabase
  readonly clock: LedgerClock
}

const TRANSACTION = { maxWait: 5_000, timeout: 30_000 } // milliseconds

export function createWriter({ parts, database, clock }: WriterOptions): Writer {
  /** Somebody else writes too. */
  let isContended = false
  /** The head as this instance last wrote it. */
  let written: string | undefined

  const nowOf = ({ state, reading }: Loaded, requests: readonly LedgerRequest[]): string => {
    const found = requests.flatMap(({ foundDueAt }) => foundDueAt ?? [])
    return later(clock.now(reading, state.head.at, found), state.head.at)
  }

  return {
    async foresee(requests, before) {
      if (isContended) return undefined
      const needs = needsOf(parts, requests)
      if (!isOneRead(needs)) return undefined
      const loaded = await loadAccountsOnly(database.query, requests, needs)
      return foresee(parts, loaded.state, nowOf(loaded, requests), before, requests)
    },
    async writeForeseen({ statement, next }) {
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
