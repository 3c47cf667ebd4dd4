/**
 * Commits a batch exactly once: a small state machine, drawn in README.md beside this file. If the
 * connection is lost, the outcome is unknown and the batch is asked again: either its keys are
 * found and give the outcomes, or it is written now. The ledger's lock keeps two attempts from
 * running at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphQLError } from 'graphql'
import type { Logger } from '../../../platform/process/log.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { failureOf } from '../database/failure.ts'
import { LeaseLost } from './apply.ts'
import type { Answer } from './evaluate.ts'
import type { LedgerRequest } from './request.ts'
import type { SpeculatedBatch, UncommittedState } from './speculate.ts'
import type { Writer } from './writer.ts'

interface Committer {
  /**
   * Evaluates a batch while the one before it is written, or after it if that began under the lock.
   * Undefined if the batch must wait for the lock. Never rejects.
   */
  prepare(requests: readonly LedgerRequest[]): Promise<SpeculatedBatch | undefined>
  /**
   * One answer for each request, in order. One batch at a time.
   * @throws SERVICE_UNAVAILABLE when the database stays away, or the database's own error
   */
  commit(requests: readonly LedgerRequest[], speculated: SpeculatedBatch | undefined): Promise<readonly Answer[]>
}

interface CommitterOptions {
  readonly writer: Writer
  readonly log: Logger
  /** Milliseconds for which a batch is retried. */
  readonly retryFor: number
}

export function createCommitter(options: CommitterOptions): Committer {
  const { writer } = options
  /** The state after the batch being written, if that was evaluated ahead. */
  let ahead: UncommittedState | undefined
  /**
   * Resolves when a batch that began under the lock has ended: what it leaves cannot be known
   * earlier. A speculated batch that comes to the lock is not waited for. What was evaluated on it
   * is written only if it left the expected head.
   */
  let lockedBatch: Promise<unknown> | undefined

  return {
    async prepare(requests) {
      await lockedBatch
      // An error occurs again under the lock, and is handled there.
      const speculated = await writer.speculate(requests, ahead).catch(() => undefined)
      ahead = speculated?.next
      return speculated
    },
    async commit(requests, speculated) {
      const ended = commitBatch(requests, speculated, options)
      if (!speculated) lockedBatch = ended.catch(() => undefined)
      try {
        return await ended
      } finally {
        if (!speculated) lockedBatch = undefined
        if (ahead === speculated?.next) ahead = undefined
      }
    },
  }
}

type Answers = readonly Answer[]

/** Attempts whose outcome is unknown. */
interface EarlierAttempts {
  readonly attempts: number
  /** The answers of the first attempt that may have been committed. */
  readonly first: Answers | undefined
}

type State =
  /** Evaluated ahead; one statement writes it. */
  | { readonly name: 'speculated'; readonly speculated: SpeculatedBatch }
  /** Must be evaluated and written under the ledger's lock. */
  | { readonly name: 'under lock'; readonly earlier: EarlierAttempts }
  /** The connection was lost: the attempt may have been committed. */
  | { readonly name: 'outcome unknown'; readonly earlier: EarlierAttempts; readonly error: unknown }
  | { readonly name: 'answered'; readonly answers: Answers }

const NOTHING: EarlierAttempts = { attempts: 0, first: undefined }
const FIRST_PAUSE = 20 // milliseconds; doubles up to the longest
const LONGEST_PAUSE = 1_000 // milliseconds

/** Goes from state to state until there are answers. */
async function commitBatch(
  requests: readonly LedgerRequest[],
  speculated: SpeculatedBatch | undefined,
  { writer, log, retryFor }: CommitterOptions,
): Promise<Answers> {
  const deadline = performance.now() + retryFor
  let state: State = speculated ? { name: 'speculated', speculated } : { name: 'under lock', earlier: NOTHING }
  for (;;) {
    switch (state.name) {
      case 'speculated':
        state = await writeSpeculated(state.speculated, writer)
        break
      case 'under lock':
        state = await writeLocked(requests, state.earlier, writer)
        break
      case 'outcome unknown':
        log.warn(
          { err: state.error, attempt: state.earlier.attempts, requests: requests.length },
          'the outcome of a batch is unknown; asking again by key',
        )
        writer.reconnect()
        await pauseBefore(deadline, state.earlier)
        state = { name: 'under lock', earlier: state.earlier }
        break
      case 'answered':
        return state.answers
    }
  }
}

async function writeSpeculated(speculated: SpeculatedBatch, writer: Writer): Promise<State> {
  const { answers } = speculated.evaluation
  try {
    const isWritten = await writer.writeSpeculated(speculated)
    return isWritten ? { name: 'answered', answers } : { name: 'under lock', earlier: NOTHING }
  } catch (error) {
    return afterFailure(error, NOTHING, answers)
  }
}

async function writeLocked(
  requests: readonly LedgerRequest[],
  earlier: EarlierAttempts,
  writer: Writer,
): Promise<State> {
  let evaluated: Answers | undefined
  try {
    const answers = await writer.writeLocked(requests, (found) => {
      evaluated = found
    })
    const { first } = earlier
    // An outcome found under its key may come from our own lost attempt: then it is not a replay.
    const told = first
      ? answers.map(({ outcome }, at) => ({ outcome, replayed: first[at]?.replayed ?? false }))
      : answers
    return { name: 'answered', answers: told }
  } catch (error) {
    // Nothing was written, and the writer knows that it has no lease now.
    if (error instanceof LeaseLost) return { name: 'under lock', earlier }
    return afterFailure(error, earlier, evaluated)
  }
}

/**
 * Any failure but a refusal or a fault of ours counts as an unknown outcome, even if nothing can
 * have been written: asking again by key is right in either case.
 * @throws error if the database refused the batch or the fault is ours: a retry would not help
 */
function afterFailure(error: unknown, { attempts, first }: EarlierAttempts, evaluated: Answers | undefined): State {
  const failure = failureOf(error)
  if (failure === 'refused' || failure === 'fault') throw error
  return { name: 'outcome unknown', earlier: { attempts: attempts + 1, first: first ?? evaluated }, error }
}

/** @throws SERVICE_UNAVAILABLE if the time for retries ends before the next attempt */
async function pauseBefore(deadline: number, { attempts }: EarlierAttempts): Promise<void> {
  const pause = Math.min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
  if (performance.now() + pause > deadline) throw outOfReach()
  await sleep(pause)
}

export const outOfReach = (): GraphQLError =>
  codedError('SERVICE_UNAVAILABLE', 'The ledger cannot be reached. Ask again with the same key.', {
    service: 'banking',
  })
