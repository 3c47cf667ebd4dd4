/** Services that say different things of one object: never is anything written that is no JSON. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate } from '../support/federation.ts'
import { differenceToExact, openProduct, runProduct } from '../support/two-paths.ts'
import { servicesOf, type Universe } from '../support/universe.ts'
import { library } from '../universes/library.ts'
import { port } from '../universes/port.ts'

interface Contradiction {
  readonly what: string
  readonly universe: Universe
  readonly query: string
  /** What a service answers to what is asked of the root. */
  readonly answers: Readonly<Record<string, unknown>>
}

const contradictions: readonly Contradiction[] = [
  {
    what: 'an object has one type here and another there',
    universe: library,
    query: '{ top { opinions { about { headline title ... on Game { studio } } } } }',
    answers: {
      opinions: {
        top: {
          opinions: [{ about: { __typename: 'Media', id: 'p1' } }, { about: { __typename: 'Game', id: 'p1' } }],
        },
      },
    },
  },
  {
    what: 'lists have different lengths',
    universe: port,
    query: '{ port { tariff berths { number long sealed pier } } }',
    answers: { crews: { port: { berths: [[{ pier: 1 }]] } } },
  },
  {
    what: 'one gives an object where the other gives null',
    universe: port,
    query: '{ port { tariff best { long sealed watch { name } } berths { long sealed watch { name } } } }',
    answers: { harbour: { port: { best: null, berths: [[null, null], [], [null, null]] } } },
  },
]

describe.each(contradictions)('$what', ({ universe, query, answers }) => {
  let federation: Federation
  let path: ExactPath
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    path = await openExactPath(federation.supergraph, federation.engine.schema)
  })
  afterAll(() => Promise.all([federation.close(), path.close()]))

  test('The answer is what the exact path alone makes of it', async () => {
    const product = await openProduct(federation.engine, { query, variables: {} })
    const send = federation.sendIn(universe.createWorld())
    const run = await runProduct(product, async (call) => {
      const data = call.body.representations ? undefined : answers[call.service]
      const told = data ? Buffer.from(JSON.stringify({ data })) : (await send({ ...call, read: undefined })).body
      return { told, isRead: true }
    })
    expect(await differenceToExact(await path.open(query, {}), run)).toBe('')
  })
})
