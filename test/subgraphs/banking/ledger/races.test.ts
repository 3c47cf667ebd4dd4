/**
 * Races on the real database: the ledger's answers are replayed in the order of its log through a
 * simple model.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Answer } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import fc from '../../../support/fast-check.ts'
import { openBank, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'

let database: TestDatabase
let instances: readonly TestBank[]

beforeAll(async () => {
  database = await createDatabase('migrated')
  instances = [openBank(database.url), openBank(database.url), openBank(database.url)]
})
afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.close()))
  await database.drop()
})

/**
 * One transfer of a race; accounts and instances by index, keys from a small set, so that some are
 * used twice.
 */
const order = fc.record({
  from: fc.nat(3),
  to: fc.nat(4),
  amount: fc.bigInt(1n, 60n),
  key: fc.option(fc.nat(5), { nil: undefined, freq: 3 }),
  instance: fc.nat(2),
})
type Order = typeof order extends fc.Arbitrary<infer Value> ? Value : never

const OPENING = 100n
let race = 0

test('Concurrent transfers over several instances have the effect of the same transfers one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(order, { minLength: 1, maxLength: 60 }), async (orders) => {
      race += 1
      const [first] = instances as [TestBank]
      const accounts = await Promise.all([0, 1, 2, 3].map(() => first.open({ balance: OPENING })))
      const dollars = await first.open({ currency: 'USD', balance: OPENING })
      const ids = [...accounts, dollars]
      const keyOf = ({ key }: Order, at: number) =>
        `race ${race} ${key === undefined ? `alone ${at}` : `shared ${key}`}`

      const answers = await Promise.all(
        orders.map((each, at) =>
          (instances[each.instance] as TestBank).transfer(
            { from: ids[each.from] ?? null, to: ids[each.to] ?? null, amount: each.amount },
            { key: keyOf(each, at) },
          ),
        ),
      )

      const log = await first.database.operation.findMany({
        where: { key: { startsWith: `race ${race} ` } },
        orderBy: { number: 'asc' },
      })
      const place = new Map(log.map(({ key }, at) => [key, at]))
      expect(new Set(place.keys())).toEqual(new Set(orders.map(keyOf)))
      expectSerial(orders, answers, (each, at) => place.get(keyOf(each, at)) ?? -1, keyOf)
      expect(await brokenInvariants(first.database)).toEqual([])
    }),
    { numRuns: 25 },
  )
})

/** The model: five balances, one key table, one order at a time. */
function expectSerial(
  orders: readonly Order[],
  answers: readonly Answer[],
  placeOf: (order: Order, at: number) => number,
  keyOf: (order: Order, at: number) => string,
): void {
  const balances = [OPENING, OPENING, OPENING, OPENING, OPENING]
  const byKey = Map.groupBy(
    orders.map((each, at) => ({ each, at, answer: answers[at] as Answer })),
    ({ each, at }) => keyOf(each, at),
  )
  const inOrder = [...byKey.values()].sort(
    ([one], [other]) => placeOf(one?.each as Order, one?.at ?? 0) - placeOf(other?.each as Order, other?.at ?? 0),
  )
  for (const uses of inOrder) {
    const originals = uses.filter(({ answer }) => !answer.replayed && verdictOf(answer) !== 'IDEMPOTENCY_KEY_REUSED')
    expect(originals).toHaveLength(1)
    const [original] = originals as [(typeof uses)[number]]
    const { from, to, amount } = original.each
    expect(verdictOf(original.answer)).toBe(decide(balances, from, to, amount))
    for (const use of uses) {
      const same = use.each.from === from && use.each.to === to && use.each.amount === amount
      if (same) expect(use.answer.outcome).toEqual(original.answer.outcome)
      else expect(verdictOf(use.answer)).toBe('IDEMPOTENCY_KEY_REUSED')
    }
  }
}

function decide(balances: bigint[], from: number, to: number, amount: bigint): string {
  if (from === to) return 'SAME_ACCOUNT'
  if (to === 4) return 'CURRENCY_MISMATCH'
  if ((balances[from] ?? 0n) < amount) return 'INSUFFICIENT_FUNDS'
  balances[from] = (balances[from] ?? 0n) - amount
  balances[to] = (balances[to] ?? 0n) + amount
  return 'ACCEPTED'
}

test('A floor holds under concurrent withdrawals', async () => {
  const [first] = instances as [TestBank]
  const purse = await first.open({ balance: 100n })
  const others = await Promise.all(Array.from({ length: 4 }, () => first.open()))
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, at) =>
      (instances[at % 3] as TestBank).transfer({ from: purse, to: others[at % 4] ?? null, amount: 1n }),
    ),
  )
  const verdicts = Map.groupBy(answers, verdictOf)
  expect(verdicts.get('ACCEPTED')).toHaveLength(100)
  expect(verdicts.get('INSUFFICIENT_FUNDS')).toHaveLength(200)
  expect(await brokenInvariants(first.database)).toEqual([])
})
