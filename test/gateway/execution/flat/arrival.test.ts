/** Services answer in any order: the flat path gives the same answer, and asks the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { callContext } from '../../../support/call-context.ts'
import { createDice, type Dice } from '../support/dice.ts'
import { type ExactPath, openExactPath } from '../support/exact-path.ts'
import { type Federation, federate } from '../support/federation.ts'
import { differenceToExact, openProduct, runProduct } from '../support/two-paths.ts'
import { servicesOf } from '../support/universe.ts'
import { port } from '../universes/port.ts'
import { studio } from '../universes/studio.ts'

const ORDERS = 60

/** Lets one call go on at a time, whichever chance chooses of those that have come. */
function createGate(dice: Dice) {
  const waiting: (() => void)[] = []
  let isOpening = false
  const openNext = (): void => {
    const [next] = waiting.splice(dice.below(waiting.length), 1)
    isOpening = waiting.length > 0
    next?.()
    // All that follows on this one comes before the next.
    if (isOpening) setImmediate(openNext)
  }
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (isOpening) return
      isOpening = true
      setImmediate(openNext)
    })
}

const operations = [
  {
    universe: port,
    queries: [
      '{ port { depth best { sealed pier } } }',
      '{ port { name depth tariff pilots { name } best { number long sealed pier office { name } watch { id } } } }',
      '{ port { depths berths { long sealed pier office { name chief { name home { street } } } watch { name ship { size } } } } }',
      '{ port { tariff best { long ship { kind score size captain { name } twin { duty } } watch { friends { name } } } } }',
      '{ port { depth offices { staff { name } } berths { sealed pier ship { number report crew { id rank } } } } piers { slots { ship { report } } } }',
      '{ port { tariff berths { sealed long ship { score kind captain { name } } } } }',
    ],
  },
  {
    universe: studio,
    queries: [
      '{ pick { ... on Song { pace plays rank position(from: 3) critic { name } reviews { text } } } }',
      '{ pick { __typename ... on Playable { pace length score } ... on Song { plays } ... on Listed { position(from: 1) } } }',
    ],
  },
]

describe.each(operations)('services of a $universe.name', ({ universe, queries }) => {
  let federation: Federation
  let path: ExactPath
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    path = await openExactPath(federation.supergraph, federation.engine.schema)
  })
  afterAll(() => Promise.all([federation.close(), path.close()]))

  test.each(queries)('Whichever answers first, nothing is different: %s', async (query) => {
    const operation = await path.open(query, {})
    const product = await openProduct(federation.engine, { query, variables: {} })
    const send = federation.sendIn(universe.createWorld())
    const seen = new Set<string>()
    for (let order = 0; order < ORDERS; order++) {
      const enter = createGate(createDice(order))
      const run = await runProduct(product, async (call) => {
        const { body } = await send({ ...call, context: callContext, read: undefined })
        await enter()
        return { told: body, isRead: true }
      })
      expect(await differenceToExact(operation, run)).toBe('')
      const texts = run.asked.map(({ service, text }) => `${service} ${text}`).sort()
      seen.add(JSON.stringify([run.by, run.answer.body.toString(), texts]))
    }
    const [first = '', ...others] = seen
    expect(first).toContain('"flat"')
    expect(others).toEqual([])
  })
})
