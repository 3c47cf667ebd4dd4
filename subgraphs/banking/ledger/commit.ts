/**
 * Makes a batch durable, once. Alone on the database, an instance writes what it foresaw in one
 * statement; where another one wrote in between, or more is needed, the batch is read, evaluated
 * and written under the ledger's lock.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { failureOf } from '../database/failure.ts'
import type { LedgerDatabase } from '../database/open.ts'
import { applyEvaluation, writeBatches } from './apply.ts'
import type { LedgerClock } from './clock.ts'
import { type Answer, evaluate } from './evaluate.ts'
import { type Foreseen, type Foresight, foresee, isForeseeable, later } from './foresight.ts'
import { type Loaded, loadAccountsOnly, loadState, lockLedger } from './load.ts'
import type { LedgerRequest } from './request.ts'

export interface Committer {
  /**
   * Evaluates a batch while the one before it is written; undefined where that must wait for the
   * lock. Never rejects.
   */
  prepare(requests: readonly LedgerRequest[]): Promise<Foreseen | undefined>
  /**
   * One answer for each request, in order. One batch at a time.
   * @throws SERVICE_UNAVAILABLE when the database stays away, or whatever else the database says
   */
  commit(requests: readonly LedgerRequest[], foreseen: Foreseen | undefined): Promise<readonly Answer[]>
}

export interface CommitterOptions {
  readonly database: LedgerDatabase
  readonly clock: LedgerClock
  readonly log: Logger
  /** Milliseconds. */
  readonly patience: number
}

const TRANSACTION = { maxWait: 5_000, timeout: 30_000 } // milliseconds
const FIRST_PAUSE = 20 // milliseconds; doubles up to the longest
const LONGEST_PAUSE = 1_000

export function createCommitter({ database, clock, log, patience }: CommitterOptions): Committer {
  /**
   * What the batch being written will make of the ledger; undefined when none is, or nobody can
   * tell.
   */
  let ahead: Foresight | undefined
  /** Ends with the batch being written, where nobody can tell what it will make of the ledger. */
  let unforeseen: Promise<unknown> | undefined
  /** Somebody else writes too, so that foreseeing would mostly be in vain. */
  let isContended = false
  /** The head as this instance last wrote it. */
  let written: string | undefined

  const nowOf = ({ state, reading }: Loaded, requests: readonly LedgerRequest[]): string =>
    clock.now(
      reading,
      state.head.at,
      requests.flatMap(({ foundDueAt }) => foundDueAt ?? []),
    )

  const prepare: Committer['prepare'] = async (requests) => {
    await unforeseen
    if (isContended || !isForeseeable(requests)) return undefined
    const before = ahead
    try {
      const loaded = await loadAccountsOnly(database.query, requests)
      const foreseen = foresee(loaded.state, nowOf(loaded, requests), before, requests)
      ahead = foreseen?.next
      return foreseen
    } catch {
      // Whatever is wrong is wrong again under the lock, and is dealt with there.
      return undefined
    }
  }

  const writeForeseen = async ({ statement, next }: Foreseen): Promise<boolean> => {
    if (statement === null) return true
    const isWritten = await writeBatches(database.query, statement)
    if (isWritten) written = next.head.hash
    else isContended = true
    return isWritten
  }

  const writeLocked = (requests: readonly LedgerRequest[], onEvaluated: (answers: readonly Answer[]) => void) =>
    database.prisma.$transaction(async (transaction) => {
      await lockLedger(transaction)
      const loaded = await loadState(transaction, requests)
      const { state } = loaded
      const base = state.head.hash
      const evaluation = evaluate(state, [{ at: later(nowOf(loaded, requests), state.head.at), requests }])
      await applyEvaluation(transaction, base, evaluation)
      onEvaluated(evaluation.answers)
      isContended = written !== undefined && base !== written
      written = evaluation.head.hash
      return evaluation.answers
    }, TRANSACTION)

  /**
   * An attempt whose end was not heard may have been committed or not. Asking again settles it:
   * where it was, the keys are found and give its outcomes; where it was not, it happens now. The
   * ledger's lock keeps the two from running side by side.
   */
  const commitWhole: Committer['commit'] = async (requests, foreseen) => {
    const deadline = Date.now() + patience
    let pause = FIRST_PAUSE
    let decided: readonly Answer[] | undefined
    let untried = foreseen
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (untried) {
          if (await writeForeseen(untried)) return untried.evaluation.answers
          untried = undefined
        }
        const first = decided
        const answers = await writeLocked(requests, (evaluated) => {
          decided ??= evaluated
        })
        // Found under its key, an outcome of our own lost attempt is still the first telling of it.
        return first ? answers.map(({ outcome }, at) => ({ outcome, replayed: first[at]?.replayed ?? false })) : answers
      } catch (error) {
        const failure = failureOf(error)
        // What cannot be told may have been committed: only asking again can tell.
        if (failure === 'refused' || failure === 'fault') throw error
        decided ??= untried?.evaluation.answers
        untried = undefined
        log.warn(
          { err: error, attempt, requests: requests.length },
          'a batch did not hear its end; asking again by key',
        )
        if (Date.now() + pause > deadline) {
          throw codedError('SERVICE_UNAVAILABLE', 'The ledger cannot be reached. Ask again with the same key.', {
            service: 'banking',
          })
        }
        await sleep(pause)
        pause = Math.min(pause * 2, LONGEST_PAUSE)
      }
    }
  }

  const commit: Committer['commit'] = async (requests, foreseen) => {
    const ended = commitWhole(requests, foreseen)
    if (!foreseen) unforeseen = ended.catch(() => undefined)
    try {
      return await ended
    } finally {
      if (!foreseen) unforeseen = undefined
      if (ahead === foreseen?.next) ahead = undefined
    }
  }

  return { prepare, commit }
}
