/** The ledger: the one way in for everything that moves money or changes an account. Outcomes are durable before they are told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import type { Logger } from '../../../gateway/process/log.ts'
import { codedError } from '../../../gateway/protocol/errors.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { applyEvaluation } from './apply.ts'
import { type Answer, evaluate } from './evaluate.ts'
import { isOutage } from './failure.ts'
import { createGroupCommit } from './group-commit.ts'
import { loadState, lockHead } from './load.ts'
import type { LedgerRequest } from './request.ts'

export interface Ledger {
  /**
   * Does what is asked, once, whatever happens on the way.
   * @throws SERVICE_UNAVAILABLE when the database stays away: the outcome is then unknown until the same key is asked again
   */
  submit(request: LedgerRequest): Promise<Answer>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

export interface LedgerOptions {
  /** Its connections serve nothing else, so that reads never hold up a batch. */
  readonly database: PrismaClient
  readonly log: Logger
  /** Milliseconds a batch is tried for while the database is away. */
  readonly patience?: number
}

const MAX_BATCH = 1_000
const TRANSACTION = { maxWait: 5_000, timeout: 30_000 } // milliseconds
const FIRST_PAUSE = 20 // milliseconds; doubles up to the longest
const LONGEST_PAUSE = 1_000

export function createLedger({ database, log, patience = 15_000 }: LedgerOptions): Ledger {
  const commitOnce = (requests: readonly LedgerRequest[], onEvaluated: (answers: readonly Answer[]) => void) =>
    database.$transaction(async (transaction) => {
      const head = await lockHead(transaction)
      const { state, now } = await loadState(transaction, head, requests)
      const evaluation = evaluate(state, [{ at: now, requests }])
      await applyEvaluation(transaction, head, evaluation)
      onEvaluated(evaluation.answers)
      return evaluation.answers
    }, TRANSACTION)

  /**
   * An attempt whose end was not heard may have been committed or not. Asking again settles it: where it was, the keys are
   * found and give its outcomes; where it was not, it happens now. The head's lock keeps the two from running side by side.
   */
  const commit = async (requests: readonly LedgerRequest[]): Promise<readonly Answer[]> => {
    const deadline = Date.now() + patience
    let pause = FIRST_PAUSE
    let decided: readonly Answer[] | undefined
    for (let attempt = 1; ; attempt += 1) {
      try {
        const first = decided
        const answers = await commitOnce(requests, (evaluated) => {
          decided ??= evaluated
        })
        // Found under its key, an outcome of our own lost attempt is still the first telling of it.
        return first ? answers.map(({ outcome }, at) => ({ outcome, replayed: first[at]?.replayed ?? false })) : answers
      } catch (error) {
        if (!isOutage(error)) throw error
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

  /** A batch that the database refuses is taken apart, so that one bad request fails alone. */
  const commitApart = async (requests: readonly LedgerRequest[]): Promise<readonly Settled[]> => {
    try {
      return (await commit(requests)).map((answer) => ({ answer }))
    } catch (error) {
      if (requests.length === 1 || isCoded(error)) return requests.map(() => ({ error }))
      log.error({ err: error, requests: requests.length }, 'a batch was refused; taking it apart')
      const settled: Settled[] = []
      for (const request of requests) settled.push(...(await commitApart([request])))
      return settled
    }
  }

  const group = createGroupCommit<LedgerRequest, Settled>({ commit: commitApart, maxBatch: MAX_BATCH })
  return {
    async submit(request) {
      const settled = await group.submit(request)
      if ('error' in settled) throw settled.error
      return settled.answer
    },
    idle: group.idle,
  }
}

type Settled = { readonly answer: Answer } | { readonly error: unknown }

const isCoded = (error: unknown): boolean => error instanceof GraphQLError
