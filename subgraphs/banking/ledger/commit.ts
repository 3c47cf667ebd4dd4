/**
 * Makes a batch durable, once: a small state machine, drawn in README.md beside this file. An
 * attempt whose end was not heard may have been committed or not. Asking again settles it: where it
 * was, the keys are found and give its outcomes; where it was not, it happens now. The ledger's
 * lock keeps the two from running side by side.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { failureOf } from '../database/failure.ts'
import type { Answer } from './evaluate.ts'
import type { Foreseen, Foresight } from './foresight.ts'
import type { LedgerRequest } from './request.ts'
import type { Writer } from './writer.ts'

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
  readonly writer: Writer
  readonly log: Logger
  /** Milliseconds. */
  readonly patience: number
}

export function createCommitter(options: CommitterOptions): Committer {
  const { writer } = options
  /** The ledger after the batch being written, if that was foreseen. */
  let ahead: Foresight | undefined
  /** Ends with the batch being written, if that is written under the lock. */
  let unforeseen: Promise<unknown> | undefined

  return {
    async prepare(requests) {
      await unforeseen
      // Whatever is wrong is wrong again under the lock, and is dealt with there.
      const foreseen = await writer.foresee(requests, ahead).catch(() => undefined)
      ahead = foreseen?.next
      return foreseen
    },
    async commit(requests, foreseen) {
      const ended = commitBatch(requests, foreseen, options)
      if (!foreseen) unforeseen = ended.catch(() => undefined)
      try {
        return await ended
      } finally {
        if (!foreseen) unforeseen = undefined
        if (ahead === foreseen?.next) ahead = undefined
      }
    },
  }
}

type Answers = readonly Answer[]

/** What an attempt whose end was not heard leaves behind. */
interface Past {
  /** How many there were. */
  readonly attempts: number
  /** What the first that may have been committed would have answered. */
  readonly first: Answers | undefined
}

/** Where a batch is on its way. */
type State =
  /** Evaluated ahead, and to be written in one statement. */
  | { readonly name: 'foreseen'; readonly foreseen: Foreseen }
  /** To be evaluated and written under the ledger's lock. */
  | { readonly name: 'waiting'; readonly past: Past }
  /** An attempt failed; nobody has told whether it was committed. */
  | { readonly name: 'unheard'; readonly past: Past; readonly error: unknown }
  | { readonly name: 'answered'; readonly answers: Answers }

const NOTHING: Past = { attempts: 0, first: undefined }
const FIRST_PAUSE = 20 // milliseconds; doubles up to the longest
const LONGEST_PAUSE = 1_000

/** Goes from state to state until there are answers. */
async function commitBatch(
  requests: readonly LedgerRequest[],
  foreseen: Foreseen | undefined,
  { writer, log, patience }: CommitterOptions,
): Promise<Answers> {
  const deadline = Date.now() + patience
  let state: State = foreseen ? { name: 'foreseen', foreseen } : { name: 'waiting', past: NOTHING }
  for (;;) {
    switch (state.name) {
      case 'foreseen':
        state = await writeForeseen(state.foreseen, writer)
        break
      case 'waiting':
        state = await writeLocked(requests, state.past, writer)
        break
      case 'unheard':
        log.warn(
          { err: state.error, attempt: state.past.attempts, requests: requests.length },
          'a batch did not hear its end; asking again by key',
        )
        await pauseBefore(deadline, state.past)
        state = { name: 'waiting', past: state.past }
        break
      case 'answered':
        return state.answers
    }
  }
}

async function writeForeseen(foreseen: Foreseen, writer: Writer): Promise<State> {
  const { answers } = foreseen.evaluation
  try {
    const isWritten = await writer.writeForeseen(foreseen)
    return isWritten ? { name: 'answered', answers } : { name: 'waiting', past: NOTHING }
  } catch (error) {
    return unheard(error, NOTHING, answers)
  }
}

async function writeLocked(requests: readonly LedgerRequest[], past: Past, writer: Writer): Promise<State> {
  let evaluated: Answers | undefined
  try {
    const answers = await writer.writeLocked(requests, (found) => {
      evaluated = found
    })
    const { first } = past
    // Found under its key, an outcome of our own lost attempt is still the first telling of it.
    const told = first
      ? answers.map(({ outcome }, at) => ({ outcome, replayed: first[at]?.replayed ?? false }))
      : answers
    return { name: 'answered', answers: told }
  } catch (error) {
    return unheard(error, past, evaluated)
  }
}

/** @throws error where it tells that nothing was committed: asking again would not change it */
function unheard(error: unknown, { attempts, first }: Past, evaluated: Answers | undefined): State {
  const failure = failureOf(error)
  if (failure === 'refused' || failure === 'fault') throw error
  return { name: 'unheard', past: { attempts: attempts + 1, first: first ?? evaluated }, error }
}

/** @throws SERVICE_UNAVAILABLE where patience ends before the next attempt */
async function pauseBefore(deadline: number, { attempts }: Past): Promise<void> {
  const pause = Math.min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
  if (Date.now() + pause > deadline) {
    const message = 'The ledger cannot be reached. Ask again with the same key.'
    throw codedError('SERVICE_UNAVAILABLE', message, { service: 'banking' })
  }
  await sleep(pause)
}
