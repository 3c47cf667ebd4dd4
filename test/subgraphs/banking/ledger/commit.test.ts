/** The states of a batch, with a writer that the test controls. */
import { describe, expect, test } from '@jest/globals'
import { createCommitter } from '../../../../subgraphs/banking/ledger/commit.ts'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { accept } from '../../../../subgraphs/banking/ledger/refusal.ts'
import type { SpeculatedBatch } from '../../../../subgraphs/banking/ledger/speculate.ts'
import type { Writer } from '../../../../subgraphs/banking/ledger/writer.ts'
import { stopDates } from '../../../support/clock.ts'
import { log } from '../../../support/log.ts'

const told: Answer = { outcome: accept('1'), replayed: false }
/** The same answer, found by its key. */
const found: Answer = { ...told, replayed: true }
const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const ours = new TypeError('a mistake')

const speculated = { evaluation: { answers: [told] }, statement: null, next: {} } as object as SpeculatedBatch

/** The outcome of an attempt, and what it had evaluated before it failed. */
type Attempt = { readonly gives: boolean | readonly Answer[] | Error; readonly evaluated?: readonly Answer[] }

async function follow(attempts: readonly Attempt[], { ahead = false, retryFor = 60_000 } = {}) {
  const waiting = [...attempts]
  const way: string[] = []
  const next = (name: string): Attempt => {
    way.push(name)
    const attempt = waiting.shift()
    if (!attempt) throw new TypeError(`no more than ${attempts.length} attempts were expected`)
    if (attempt.gives instanceof Error && !attempt.evaluated) throw attempt.gives
    return attempt
  }
  const writer: Writer = {
    speculate: async () => undefined,
    writeSpeculated: async () => next('speculated').gives as boolean,
    async writeLocked(_requests, onEvaluated) {
      const { gives, evaluated = gives as readonly Answer[] } = next('locked')
      onEvaluated(evaluated)
      if (gives instanceof Error) throw gives
      return gives as readonly Answer[]
    },
    reconnect: () => undefined,
  }
  const { commit } = createCommitter({ writer, log, retryFor })
  const ended = await commit([], ahead ? speculated : undefined).catch((error: unknown) => error)
  return { way, ended }
}

describe('batch evaluated ahead', () => {
  test('A batch evaluated ahead and written by one statement is answered', async () => {
    expect(await follow([{ gives: true }], { ahead: true })).toEqual({ way: ['speculated'], ended: [told] })
  })

  test('After a foreign write the batch is evaluated again under the lock', async () => {
    const { way, ended } = await follow([{ gives: false }, { gives: [found] }], { ahead: true })
    expect({ way, ended }).toEqual({ way: ['speculated', 'locked'], ended: [found] })
  })

  test('A batch with a lost answer is looked up by key, and its first outcome is reported as new', async () => {
    const { way, ended } = await follow([{ gives: lost }, { gives: [found] }], { ahead: true })
    expect({ way, ended }).toEqual({ way: ['speculated', 'locked'], ended: [told] })
  })
})

describe('batch under the lock', () => {
  test('A batch with a lost answer is retried until one arrives, with the outcome of the first attempt', async () => {
    const attempts = [{ gives: lost }, { gives: lost, evaluated: [told] }, { gives: lost, evaluated: [found] }]
    const { way, ended } = await follow([...attempts, { gives: [found] }])
    expect({ way, ended }).toEqual({ way: ['locked', 'locked', 'locked', 'locked'], ended: [told] })
  })

  test('A reused key stays a replay, however often the batch is retried', async () => {
    const { ended } = await follow([{ gives: lost, evaluated: [found] }, { gives: [found] }])
    expect(ended).toEqual([found])
  })

  test('An internal error of a batch is not retried', async () => {
    expect(await follow([{ gives: ours }])).toEqual({ way: ['locked'], ended: ours })
  })

  test('The batch is given up when the time for retries is over', async () => {
    const { way, ended } = await follow([{ gives: lost }], { retryFor: 0 })
    expect(way).toEqual(['locked'])
    expect(ended).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } })
  })

  test('A clock that is set ahead does not end the time for retries', async () => {
    using dates = stopDates()
    const aDayAhead: Attempt = {
      get gives() {
        dates.step(86_400_000)
        return lost
      },
    }
    const { ended } = await follow([aDayAhead, { gives: [found] }])
    expect(ended).toEqual([found])
  })
})
