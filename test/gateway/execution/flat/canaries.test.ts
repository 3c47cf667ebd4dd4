/**
 * Many operations at once, with calls that fail in every way: no answer and no request contains
 * data of another operation, and the pool's memory is zeros. `RUNS=100000 SEED=3` runs more of
 * them. @slow
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openAnswer, readBody } from '../../../../gateway/traffic/call/answer.ts'
import { CallFailure, toClient } from '../../../../gateway/traffic/call/failure.ts'
import type { Send, ServiceAnswer, ServiceCall, Taken } from '../../../../gateway/traffic/call/send.ts'
import { casesOf, SEED } from '../../../support/cases.ts'
import { type Canary, createCanary, withoutMarks } from '../support/canary.ts'
import { createDice, type Dice } from '../support/dice.ts'
import { lentAnswer, spoilFreeMemory } from '../support/lent.ts'
import { mutateAnswer } from '../support/mutate-answer.ts'
import { lookIntoPool } from '../support/pool.ts'
import { openOperations, type RandomOperation, type RandomOperations } from '../support/random-operations.ts'
import { openProduct } from '../support/two-paths.ts'
import { inherited, library, port, shop, studio } from '../universes/all.ts'

const { count: RUNS, timeout: TIMEOUT } = casesOf('RUNS', 2_000, 10)
const AT_ONCE = 48
const OPERATIONS = 25 // of each universe

const opened: RandomOperations[] = []
beforeAll(async () => {
  for (const universe of [shop, library, port, studio, inherited])
    opened.push(await openOperations(universe, OPERATIONS, SEED, true))
}, TIMEOUT)
afterAll(() => Promise.all(opened.map(({ close }) => close())))

/** Fates of a call, most often a plain answer. */
const FATES = ['answered', 'answered', 'answered', 'answered', 'read twice', 'not read', 'damaged', 'failed'] as const

interface Run {
  readonly canary: Canary
  readonly operation: RandomOperation
  readonly universe: RandomOperations
  readonly dice: Dice
  /** Whether all calls were answered as they should. */
  isWhole: boolean
}

/** Readers of calls that were answered or given up. */
const done: ((() => Taken | undefined) | undefined)[] = []
const MAX_DONE = 100

/** What is thrown inside of a call is taken for its failure. */
const wrongs: string[] = []

/** Other requests go on for a while, and answers come that nobody waits for any more. */
async function pause(dice: Dice): Promise<void> {
  if (done[dice.below(MAX_DONE)]?.()) wrongs.push('an answer was taken in for a call that was over')
  for (let turns = dice.below(8); turns > 0; turns--) await undefined
  for (let turns = dice.below(4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
}

function sending(run: Run): Send {
  const { canary, operation, universe, dice } = run
  return async (call) => {
    const text = call.body.bytes.toString()
    wrongs.push(...canary.strangersIn(text).map((stranger) => `${stranger} in a request: ${text}`))
    await pause(dice)
    // Its representations are elsewhere now, so that nothing may be made of it but one request.
    const asked = { bytes: Buffer.from(withoutMarks(text)), representations: undefined }
    const body = canary.answer(await operation.answerTo({ ...call, body: asked }))
    await pause(dice)
    const fate = dice.of(FATES)
    setImmediate(() => {
      done[dice.below(MAX_DONE)] = () => call.read?.(body)
    })
    if (fate === 'damaged' || fate === 'failed') run.isWhole = false
    switch (fate) {
      case 'failed':
        throw toClient(new CallFailure('timeout', 'no answer in time'), call.service)
      case 'not read':
        return readBody(body, 200).answer
      case 'damaged':
        return taken(mutateAnswer(body, dice, universe.typenames), call)
      case 'read twice': {
        // As where two instances were asked: the answer that is used need not be the last one read.
        const other = Buffer.from(body)
        const first = taken(body, call)
        const second = taken(other, call)
        return dice.chance(2) ? first : second
      }
      default:
        return taken(body, call)
    }
  }
}

function taken(body: Buffer, { read, service }: ServiceCall): ServiceAnswer {
  try {
    return lentAnswer(body, read)
  } catch (error) {
    if (error instanceof CallFailure) throw toClient(error, service)
    throw error
  }
}

async function runOne(number: number): Promise<'flat' | 'exact'> {
  const dice = createDice(SEED * 1_000_003 + number)
  const universe = dice.of(opened)
  const operation = dice.of(universe.operations)
  const canary = createCanary(number, universe.words)
  const variables = canary.marked(operation.variables) as RandomOperation['variables']
  const run: Run = { canary, operation, universe, dice, isWhole: true }
  const product = await openProduct(universe.federation.engine, {
    query: operation.query,
    variables,
    denied: operation.denied,
  })
  const { body, errors, loan } = await product(sending(run))
  await pause(dice)
  const text = body.toString()
  loan?.free()
  spoilFreeMemory()
  expect(canary.strangersIn(text + JSON.stringify(errors))).toEqual([])
  // What the schema says of itself has no marks.
  if (run.isWhole && !/__(schema|type)\b/.test(operation.query)) {
    const { answer } = await operation.exact.run(async (call) => openAnswer(await operation.answerTo(call)))
    const { data } = JSON.parse(answer.body.toString()) as { data: unknown }
    expect((JSON.parse(text) as { data: unknown }).data).toEqual(canary.marked(data))
  }
  return run.isWhole ? 'flat' : 'exact'
}

describe('operations that run at once', () => {
  test(
    'No answer and no request has anything of another, and the pool keeps nothing',
    async () => {
      let next = 0
      let whole = 0
      const work = async (): Promise<void> => {
        while (next < RUNS) if ((await runOne(next++)) === 'flat') whole++
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      expect(wrongs).toEqual([])
      expect(whole / RUNS).toBeGreaterThan(0.2)
      const { count, isEmpty } = lookIntoPool()
      expect(count).toBeGreaterThan(AT_ONCE / 4)
      expect(isEmpty).toBe(true)
    },
    TIMEOUT,
  )
})
