/**
 * Random operations through the engine and through one plain schema of the same data.
 * `QUERIES=20000 SEED=7` runs more of them, repeatably.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { casesOf, SEED } from '../../support/cases.ts'
import fc from '../../support/fast-check.ts'
import { randomQuery } from './random-query.ts'
import { compare } from './support/compare.ts'
import { type Federation, federate } from './support/federation.ts'
import { planQuicklyHere } from './support/plan-here.ts'
import { servicesOf } from './support/universe.ts'
import { bakery, depot, inherited, library, maze, office, port, shop, studio, town, yard } from './universes/all.ts'

const { count: QUERIES, timeout: TIMEOUT } = casesOf('QUERIES', 400, 60)

/** Who is asked, and one in how many of the queries each universe takes. */
const paths = [
  ['by the whole engine', 'askEngine', 5],
  ['by the exact path alone', 'askExactly', 10],
  ['by the exact path in the middle of a run', 'askOddly', 10],
] as const

/** A bit for each of the answers. */
const odd = fc.nat(0xffff)
const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })

/**
 * With the least shares of the operations that the flat path can run, and that it answers by
 * itself. The exact path has what the flat path cannot run: contexts in the office, one input with
 * several arguments in the maze.
 */
const universes = [
  { universe: shop, compiled: 0.98, flat: 0.9 },
  { universe: library, compiled: 0.92, flat: 0.9 },
  { universe: maze, compiled: 0.87, flat: 0.87 },
  { universe: office, compiled: 0.85, flat: 0.85 },
  { universe: town, compiled: 1, flat: 1 },
  { universe: studio, compiled: 0.9, flat: 0.55 },
  { universe: inherited, compiled: 1, flat: 1 },
  { universe: bakery, compiled: 0.97, flat: 0.93 },
  { universe: port, compiled: 1, flat: 0.98 },
  { universe: depot, compiled: 0.98, flat: 0.9 },
  { universe: yard, compiled: 0.9, flat: 0.8 },
]
/** Fewer queries tell nothing of a share. */
const ENOUGH = 300

describe.each(universes)('services of a $universe.name', ({ universe, compiled, flat }) => {
  let federation: Federation
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
  })
  afterAll(() => federation.close())

  const holdsFor = (
    numRuns: number,
    services: fc.Arbitrary<string[]>,
    ask: (typeof paths)[number][1],
  ): Promise<{ readonly compiled: number; readonly flat: number }> => {
    let asked = 0
    let compiledOnes = 0
    let flatOnes = 0
    const property = fc.asyncProperty(choices, services, odd, async (numbers, down, bits) => {
      let answers = 0
      const before = federation.exact.runs
      const { valid, difference } = await compare(universe, federation, randomQuery(federation.plain, numbers), {
        down,
        ask: ask === 'askExactly' ? federation.askExactly : federation.askEngine,
        isOdd: ask === 'askOddly' ? () => ((bits >> (answers++ % 16)) & 1) === 1 : undefined,
      })
      if (difference !== '') throw new Error(difference)
      if (!valid) return
      asked++
      if (federation.calls[0]?.isRead ?? federation.exact.runs === before) compiledOnes++
      if (federation.exact.runs === before) flatOnes++
    })
    return fc.assert(property, { numRuns, seed: SEED }).then(() => {
      expect(asked).toBeGreaterThan(numRuns * 0.9)
      return { compiled: compiledOnes / asked, flat: flatOnes / asked }
    })
  }

  test.each(paths)(
    'Every operation gives the same answer as the plain schema: %s',
    async (_what, ask, share) => {
      const shares = await holdsFor(Math.ceil(QUERIES / share), fc.constant([]), ask)
      if (ask !== 'askEngine' || QUERIES / share < ENOUGH) return
      expect(shares.compiled).toBeGreaterThanOrEqual(compiled)
      expect(shares.flat).toBeGreaterThanOrEqual(flat)
    },
    TIMEOUT,
  )

  test(
    'Every operation gives the same answer as the plain schema: by plans that are soon found',
    async () => {
      const quick = await federate(servicesOf(universe), planQuicklyHere)
      const property = fc.asyncProperty(choices, async (numbers) => {
        const asked = { ask: quick.askEngine }
        const { difference } = await compare(universe, quick, randomQuery(federation.plain, numbers), asked)
        if (difference !== '') throw new Error(difference)
      })
      await fc.assert(property, { numRuns: Math.ceil(QUERIES / 20), seed: SEED })
      await quick.close()
    },
    TIMEOUT,
  )

  if (universe === shop) {
    test('A mutation field finishes, with all that other services add, before the next one changes anything', async () => {
      const query =
        'mutation { a: rename(id: "1", name: "x") { reviews { author { name } } } b: rename(id: "1", name: "y") { id } }'
      expect(await compare(universe, federation, { query, variables: {} })).toEqual({
        valid: true,
        difference: '',
      })
    })
  }

  if (universe === town) {
    test.each(paths)(
      'Services that are down cost exactly their own fields, each with an error: %s',
      (_what, ask, share) => {
        return holdsFor(Math.ceil(QUERIES / share / 2), fc.subarray(Object.keys(universe.services)), ask)
      },
      TIMEOUT,
    )
  }
})
