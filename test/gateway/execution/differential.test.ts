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

const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })

describe.each([shop, library, maze, office, town, studio, inherited, bakery])('services of a $name', (universe) => {
  let federation: Federation
  let plain: GraphQLSchema
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    plain = plainSchema(federation)
  })
  afterAll(() => federation.close())

  const holdsFor = (numRuns: number, services: fc.Arbitrary<string[]>): Promise<void> => {
    let asked = 0
    const property = fc.asyncProperty(choices, services, async (numbers, down) => {
      const { valid, difference } = await compare(universe, federation, plain, randomQuery(plain, numbers), down)
      if (valid) asked++
      if (difference !== '') throw new Error(difference)
    })
    return fc.assert(property, { numRuns, seed: SEED }).then(() => {
      expect(asked).toBeGreaterThan(numRuns * 0.9)
    })
  }

  test(
    'Every operation gives the same answer as the plain schema',
    () => holdsFor(Math.ceil(QUERIES / 5), fc.constant([])),
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
    test(
      'Services that are down cost exactly their own fields, each with an error',
      () => holdsFor(Math.ceil(QUERIES / 10), fc.subarray(Object.keys(universe.services))),
      TIMEOUT,
    )
  }
})
