/**
 * The two ways to write a batch: one statement for a speculated batch; or read, evaluate and write
 * under the ledger's lock. Does not retry.
 */
import type { Prisma } from '../../../prisma/generated/client.ts'
import type { LedgerDatabase } from '../database/open.ts'
import { type Standing, UNKNOWN } from '../election/standing.ts'
import { applyEvaluation, LeaseLost, writeBatches } from './apply.ts'
import type { LedgerClock } from './clock.ts'
import { type Answer, evaluate } from './evaluate.ts'
import { isOneRead, type Loaded, loadAccountsOnly, loadState, lockLedger } from './load.ts'
import { type LedgerParts, needsOf } from './part.ts'
import type { LedgerRequest } from './request.ts'
import { later, type SpeculatedBatch, speculate, type UncommittedState } from './speculate.ts'

export interface Writer {
  /**
   * Evaluates a batch on the uncommitted state of the one before it. Undefined if it must wait for
   * the lock, and while other instances write: the guess would mostly be wrong.
   */
  speculate(
    requests: readonly LedgerRequest[],
    before: UncommittedState | undefined,
  ): Promise<SpeculatedBatch | undefined>
  /** False if another instance has written, or has the lease: then nothing was written. */
  writeSpeculated(speculated: SpeculatedBatch): Promise<boolean>
  /**
   * @param onEvaluated called with the answers before they are durable
   * @throws LeaseLost if another instance has the lease: then nothing was written
   */
  writeLocked(
    requests: readonly LedgerRequest[],
    onEvaluated: (answers: readonly Answer[]) => void,
  ): Promise<readonly Answer[]>
  /** The next statement is sent over a new connection. */
  reconnect(): void
}

interface WriterOptions {
  readonly parts: LedgerParts
  readonly database: LedgerDatabase
  readonly clock: LedgerClock
  /** Milliseconds for which a retry gets the first outcome. */
  readonly retention?: number
  /** Absent without an election. */
  readonly election?: Election
}

/** The writer's side of the election. */
export interface Election {
  standing(): Standing
  /** The lease has another token than this. */
  lost(token: string): void
}

const TRANSACTION = { maxWait: 5_000, timeout: 30_000 } // milliseconds

const NO_ELECTION: Election = { standing: () => UNKNOWN, lost: () => undefined }

export function createWriter({ parts, database, clock, retention, election = NO_ELECTION }: WriterOptions): Writer {
  /** Another instance writes too. */
  let isContended = false
  /** The hash of the head that this instance wrote last. */
  let written: string | undefined

  const nowOf = ({ state, reading }: Loaded, requests: readonly LedgerRequest[]): string => {
    const found = requests.flatMap(({ foundDueAt }) => foundDueAt ?? [])
    return later(clock.now(reading, state.head.at, found), state.head.at)
  }

  /**
   * The fencing token of a batch: null without the lease; then only the head's lock orders the
   * batch.
   */
  const tokenNow = (): string | null => {
    const standing = election.standing()
    return standing.role === 'writer' ? standing.token : null
  }

  return {
    reconnect: database.reconnect,
    async speculate(requests, before) {
      if (isContended || election.standing().role === 'follower') return undefined
      const needs = needsOf(parts, requests)
      if (!isOneRead(needs)) return undefined
      const token = tokenNow()
      const loaded = await loadAccountsOnly(database.query, requests, needs, retention)
      return speculate(parts, loaded.state, nowOf(loaded, requests), before, requests, token)
    },
    async writeSpeculated({ statement, next }) {
      if (statement === null) return true
      const isWritten = await writeBatches(database.query, statement)
      if (isWritten) written = next.head.hash
      else isContended = true
      return isWritten
    },
    async writeLocked(requests, onEvaluated) {
      const token = tokenNow()
      const inTransaction = async (transaction: Prisma.TransactionClient): Promise<readonly Answer[]> => {
        await lockLedger(transaction)
        const loaded = await loadState(transaction, requests, needsOf(parts, requests), retention)
        const base = loaded.state.head.hash
        const evaluation = evaluate(parts, loaded.state, [{ at: nowOf(loaded, requests), requests }])
        await applyEvaluation(transaction, parts, base, evaluation, token)
        onEvaluated(evaluation.answers)
        isContended = written !== undefined && base !== written
        written = evaluation.head.hash
        return evaluation.answers
      }
      try {
        return await database.prisma.$transaction(inTransaction, TRANSACTION)
      } catch (error) {
        if (error instanceof LeaseLost && token !== null) election.lost(token)
        throw error
      }
    },
  }
}
