/**
 * Random operations through the engine and through one plain schema of the same data.
 * `QUERIES=20000 SEED=7` runs more of them, repeatably.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { GraphQLSchema } from 'graphql'
import fc from '../../support/fast-check.ts'
import { randomQuery } from './random-query.ts'
import { compare, plainSchema } from './support/compare.ts'
import { type Federation, federate } from './support/federation.ts'
import { servicesOf } from './support/universe.ts'
import { bakery } from './universes/bakery.ts'
import { inherited } from './universes/inherited.ts'
import { library } from './universes/library.ts'
import { maze } from './universes/maze.ts'
import { office } from './universes/office.ts'
import { shop } from './universes/shop.ts'
import { studio } from './universes/studio.ts'
import { town } from './universes/town.ts'

const QUERIES = Number(process.env['QUERIES'] ?? 2_000)
const SEED = Number(process.env['SEED'] ?? 1)
const TIMEOUT = 60_000 + QUERIES * 60 // milliseconds

/** Who is asked, and one in how many of the queries each universe takes. */
const paths = [
  ['by the whole engine', 'askEngine', 5],
  ['by the exact path alone', 'askExactly', 10],
  ['by the exact path in the middle of a run', 'askOddly', 10],
] as const

/** A bit for each of the answers. */
const odd = fc.nat(0xffff)
const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })

describe.each([shop, library, maze, office, town, studio, inherited, bakery])('services of a $name', (universe) => {
  let federation: Federation
  let plain: GraphQLSchema
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    plain = plainSchema(federation)
  })
  afterAll(() => federation.close())

  const holdsFor = (
    numRuns: number,
    services: fc.Arbitrary<string[]>,
    ask: (typeof paths)[number][1],
  ): Promise<void> => {
    let asked = 0
    const property = fc.asyncProperty(choices, services, odd, async (numbers, down, bits) => {
      let answers = 0
      const { valid, difference } = await compare(universe, federation, plain, randomQuery(plain, numbers), {
        down,
        ask: ask === 'askExactly' ? federation.askExactly : federation.askEngine,
        isOdd: ask === 'askOddly' ? () => ((bits >> (answers++ % 16)) & 1) === 1 : undefined,
      })
      if (valid) asked++
      if (difference !== '') throw new Error(difference)
    })
    return fc.assert(property, { numRuns, seed: SEED }).then(() => {
      expect(asked).toBeGreaterThan(numRuns * 0.9)
    })
  }

  test.each(paths)(
    'Every operation gives the same answer as the plain schema: %s',
    (_what, ask, share) => holdsFor(Math.ceil(QUERIES / share), fc.constant([]), ask),
    TIMEOUT,
  )

  if (universe === shop) {
    test('A mutation field finishes, with all that other services add, before the next one changes anything', async () => {
      const query =
        'mutation { a: rename(id: "1", name: "x") { reviews { author { name } } } b: rename(id: "1", name: "y") { id } }'
      expect(await compare(universe, federation, plain, { query, variables: {} })).toEqual({
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
