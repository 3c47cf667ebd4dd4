import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startWarming } from '../../../gateway/edition/warm.ts'
import type { OperationInUse } from '../../../gateway/execution/engine.ts'
import { ask, composeAt } from '../../support/gateway.ts'
import { log } from '../../support/log.ts'
import { itemsSdl, ordersSdl } from '../../support/shop.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'
import { until } from '../../support/until.ts'

const LONG = 3_600_000 // milliseconds
const operations = (count: number): OperationInUse[] =>
  Array.from({ length: count }, (_, index) => ({
    query: `{ a${index}: a }`,
    operationName: undefined,
    forms: [],
    uses: count - index,
  }))

/** Makes operations ready as the test says, and remembers what it was asked. */
function startFake(count: number, budget: number, make: (asked: number) => Promise<void>, room = count) {
  const warmed: string[] = []
  const favoured: string[] = []
  const left: number[] = []
  let most = 0
  let running = 0
  const edition = {
    async warm({ query }: OperationInUse) {
      running += 1
      most = Math.max(most, running)
      await make(warmed.push(query)).finally(() => (running -= 1))
    },
    favour: ({ query }: OperationInUse) => void favoured.push(query),
    get isFull() {
      return warmed.length >= room
    },
  }
  const warming = startWarming(edition, operations(count), { budget, onLeft: (more) => left.push(more), log })
  return { warming, warmed, favoured, left, mostAtOnce: () => most }
}

const never = new Promise<void>(() => undefined)
const texts = (count: number): string[] => operations(count).map(({ query }) => query)

describe('warm-up', () => {
  test('Operations are prepared one at a time, so that the first of the list ends up most recent', async () => {
    const { warming, warmed, favoured, left, mostAtOnce } = startFake(5, LONG, async () => void (await turn()))
    await warming.ready
    expect(warmed).toEqual(texts(5))
    expect(favoured).toEqual(texts(5).reverse())
    expect(left).toEqual([5, 4, 3, 2, 1, 0, 0])
    expect(mostAtOnce()).toBe(1)
    expect(warming.stop()).toEqual([])
  })

  test('Preparation delays a new supergraph only for a limited time, and continues afterwards', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { warming, warmed, left } = startFake(50, 1, (asked) => (asked === 3 ? held : Promise.resolve()))
    await warming.ready
    expect(warmed.length).toBeLessThanOrEqual(3)
    release()
    await until(() => left.at(-1) === 0)
    expect(warmed).toEqual(texts(50))
  })

  test('A newer supergraph stops the preparation and learns what was left', async () => {
    const { warming, warmed } = startFake(5, LONG, (asked) => (asked === 3 ? never : Promise.resolve()))
    await until(() => warmed.length === 3)
    expect(warming.stop()).toEqual(operations(5).slice(2))
    await warming.ready
    expect(warmed).toHaveLength(3)
  })

  test('Operations that no longer fit the schema are skipped', async () => {
    const fits = (asked: number) => (asked === 2 ? Promise.reject(new Error('no such field')) : Promise.resolve())
    const { warming, warmed, left } = startFake(9, LONG, fits, 4)
    await warming.ready
    expect(warmed).toEqual(texts(4))
    expect(left.at(-1)).toBe(0)
    expect(warming.stop()).toEqual([])
  })
})

describe('after a reload', () => {
  let gateway: ShopGateway
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await gateway.commands.metrics())?.[1])
  const reload = async (change: string): Promise<void> => {
    const { orders, items } = gateway.shop
    await gateway.commands.replaceSupergraph(
      composeAt([
        { name: 'orders', sdl: `${ordersSdl} extend type Order { ${change}: Int }`, url: orders.url },
        { name: 'items', sdl: itemsSdl, url: items.url },
      ]),
    )
    await until(async () => (await metric('tributary_operations_to_warm')) === 0)
  }
  /** How many plans that took. */
  const plansOf = async (work: () => Promise<void>): Promise<number> => {
    const before = await metric('tributary_plans_total')
    await work()
    return (await metric('tributary_plans_total')) - before
  }
  /** Long enough that 100 of them take more than what the cache has for operations seen once. */
  const fields = Array.from({ length: 150 }, (_, index) => `field${index}: id`).join(' ')
  const query = (index: number): string => `query Q${index} { orders(first: 1) { ${fields} item { name } } }`

  beforeAll(async () => {
    gateway = await startShopGateway({ env: { STATELESS: 'items' } })
  })
  afterAll(() => gateway.stop())

  test('The most used operations need no new plan after one or two reloads, regardless of the last ones sent', async () => {
    const send = async (index: number): Promise<void> => void (await ask(gateway.url, query(index)))
    const hot = Array.from({ length: 20 }, (_, index) => index)
    for (let round = 0; round < 3; round += 1) for (const index of hot) await send(index)
    for (let index = 20; index < 120; index += 1) await send(index)
    for (const change of ['first', 'second']) {
      await reload(change)
      const again = async (): Promise<void> => {
        for (const index of hot) await send(index)
      }
      expect(await plansOf(again)).toBe(0)
    }
  })

  test('Mutations and operations with conditions need no new plan for values seen before', async () => {
    const sent = [
      { query: 'mutation Buy { buy(input: { item: "1" }) { id } }' },
      ...[true, false].map((wanted) => ({
        query: 'query Maybe($wanted: Boolean = false) { orders(first: 1) { id item @include(if: $wanted) { name } } }',
        variables: { wanted },
      })),
      { query: 'query One { whoAmI } query Other { orders(first: 1) { id } }', operationName: 'Other' },
    ]
    const send = async (): Promise<void> => {
      for (const operation of sent) expect((await ask(gateway.url, operation)).errors).toBeUndefined()
    }
    expect(await plansOf(send)).toBe(4)
    await reload('third')
    expect(await plansOf(send)).toBe(0)
  })
})
