/**
 * Services that fail in some fields and answer with the others, for callers who may see all of it
 * or not: the flat path gives what the exact path alone makes of it. `CASES=20000 SEED=3` tries
 * more of them, repeatably.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { casesOf, SEED } from '../../../support/cases.ts'
import { createDice } from '../support/dice.ts'
import { openOperations, type RandomOperations } from '../support/random-operations.ts'
import { differenceToExact, openProduct, type Product, runProduct } from '../support/two-paths.ts'
import type { World } from '../support/universe.ts'
import { bakery, inherited, library, maze, office, port, shop, studio, town } from '../universes/all.ts'

const { count: CASES, timeout: TIMEOUT } = casesOf('CASES', 1_500, 50)
const CASES_PER_OPERATION = 5

/** With the share of answers to the client with errors that the flat path gives by itself. */
const universes = [
  { universe: shop, flat: 0.9 },
  { universe: library, flat: 0.7 },
  { universe: maze, flat: 0.5 },
  { universe: office, flat: 0.6 },
  { universe: town, flat: 0.9 },
  { universe: studio, flat: 0.8 },
  { universe: inherited, flat: 0.75 },
  { universe: bakery, flat: 0.6 },
  { universe: port, flat: 0.7 },
]

describe.each(universes)('services of a $universe.name', ({ universe, flat }) => {
  const cases = Math.ceil(CASES / universes.length)
  let all: RandomOperations
  let products: readonly Product[]
  beforeAll(async () => {
    all = await openOperations(universe, Math.ceil(cases / CASES_PER_OPERATION), SEED, true)
    products = await Promise.all(all.operations.map((each) => openProduct(all.federation.engine, each)))
  }, TIMEOUT)
  afterAll(() => all.close())

  /** Fails in one of so many fields and references, the same for the same question. */
  const failingWorld = (seed: number): World => ({
    ...universe.createWorld(),
    fails(service, path) {
      const bytes = Buffer.from(`${service} ${path}`)
      const mixed = bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), seed)
      return createDice(mixed).chance(4 + (seed % 20))
    },
  })

  test(
    'An answer with errors gives data and errors as the exact path does',
    async () => {
      let partial = 0
      let flatOnes = 0
      for (let index = 0; index < cases; index++) {
        const operation = all.operations[index % all.operations.length]
        const product = products[index % all.operations.length]
        if (!operation || !product) throw new Error('There is no operation.')
        const send = all.federation.sendIn(failingWorld(SEED * 7_919 + index))
        const run = await runProduct(product, async (call) => ({
          told: (await send({ ...call, read: undefined })).body,
          isRead: index % 7 > 0,
        }))
        const difference = (await differenceToExact(operation.exact, run)) ?? ''
        if (difference !== '') throw new Error(`${operation.query}\n${difference}`)
        if (run.answer.errors.length === 0) continue
        partial++
        if (run.by === 'flat') flatOnes++
      }
      expect(partial).toBeGreaterThan(cases / 4)
      expect(flatOnes / partial).toBeGreaterThanOrEqual(flat)
    },
    TIMEOUT,
  )
})
