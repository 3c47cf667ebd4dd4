/**
 * The ledger: the only way to move money or change an account. Outcomes are durable before callers
 * get them.
 */
import { GraphQLError } from 'graphql'
import type { Logger } from '../../../platform/process/log.ts'
import type { LedgerDatabase } from '../database/open.ts'
import { createLedgerClock, type LedgerClock } from './clock.ts'
import { createCommitter, outOfReach } from './commit.ts'
import type { Answer } from './evaluate.ts'
import { RETENTION } from './first-uses.ts'
import { createGroupCommit } from './group-commit.ts'
import { type LedgerParts, ruleOf } from './part.ts'
import type { LedgerRequest } from './request.ts'
import type { SpeculatedBatch } from './speculate.ts'
import { createWriter, type Election } from './writer.ts'

export interface Ledger {
  /**
   * Executes a request exactly once.
   * @throws SERVICE_UNAVAILABLE when the database stays away: the outcome is then unknown until the
   * same key is asked again
   */
  submit(request: LedgerRequest): Promise<Answer>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

interface LedgerOptions {
  readonly parts: LedgerParts
  /** Its connections serve nothing else, so that reads never hold up a batch. */
  readonly database: LedgerDatabase
  readonly log: Logger
  readonly clock?: LedgerClock
  /** Milliseconds a batch is tried for while the database is away. */
  readonly retryFor?: number
  /** Absent without an election: this instance then writes beside any others. */
  readonly election?: Election
  /** Absent if requests are never forwarded. */
  readonly forward?: Forward
  /** Milliseconds for which a retry gets the first outcome; later it is refused. */
  readonly retention?: number
}

/** Maximum of a batch: all other callers wait while it is decided and written. */
const MAX_TRANSFERS = 1_000 // transfers

/** How a request came out. */
export type Settled = { readonly answer: Answer } | { readonly error: unknown }

/**
 * Sends a request to the instance that writes; undefined if this instance must commit it. Resolves
 * to undefined if the outcome is unknown: it is then asked again by key. Never rejects.
 */
export type Forward = (request: LedgerRequest, weight: number) => Promise<Settled | undefined> | undefined

export function createLedger(options: LedgerOptions): Ledger {
  const { parts, database, log, clock = createLedgerClock(), retryFor = 15_000, retention = RETENTION } = options
  const { forward, election } = options
  const writer = createWriter({ parts, database, clock, retention, ...(election && { election }) })
  const { prepare, commit } = createCommitter({ writer, log, retryFor })

  /**
   * Splits a batch that the database refuses into its requests, so that one bad request fails
   * alone.
   */
  const commitApart = async (
    requests: readonly LedgerRequest[],
    speculated: SpeculatedBatch | undefined,
  ): Promise<readonly Settled[]> => {
    try {
      return (await commit(requests, speculated)).map((answer) => ({ answer }))
    } catch (error) {
      if (requests.length === 1 || isCoded(error)) return requests.map(() => ({ error }))
      log.error({ err: error, requests: requests.length }, 'a batch was refused; taking it apart')
      const settled: Settled[] = []
      for (const request of requests) settled.push(...(await commitApart([request], undefined)))
      return settled
    }
  }

  const weightOf = ({ command }: LedgerRequest): number =>
    Math.max(1, ruleOf(parts, command).transfersOf?.(command) ?? 1)
  const group = createGroupCommit({
    prepare,
    commit: commitApart,
    callerOf: ({ actor }: LedgerRequest) => actor.id,
    weightOf,
    maxWeight: MAX_TRANSFERS,
  })

  /**
   * Settles a request here or at the writer. It takes effect once, because it is asked again by
   * key.
   */
  const settle = async (request: LedgerRequest): Promise<Settled> => {
    const deadline = performance.now() + retryFor
    for (;;) {
      const settled = await (forward?.(request, weightOf(request)) ?? group.submit(request))
      if (settled) return settled
      if (performance.now() > deadline) return { error: outOfReach() }
    }
  }
  return {
    async submit(request) {
      const settled = await settle(request)
      if ('error' in settled) throw settled.error
      return settled.answer
    },
    idle: group.idle,
  }
}

const isCoded = (error: unknown): boolean => error instanceof GraphQLError
