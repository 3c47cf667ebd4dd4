import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Cut, type CuttingProxy, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { itemsSdl, ordersSdl, type Shop, startShop } from '../../support/shop.ts'

let shop: Shop
let proxy: CuttingProxy
let gateway: TestGateway
beforeAll(async () => {
  shop = await startShop()
  proxy = await startCuttingProxy(shop.orders.url)
  gateway = await startTestGateway({
    services: [
      { name: 'orders', sdl: ordersSdl, url: proxy.url },
      { name: 'items', sdl: itemsSdl, url: shop.items.url },
    ],
    env: { STATELESS: 'items' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await proxy.close()
  await shop.close()
})

const cuts: readonly Cut[] = ['before the request', 'in the middle of the answer', 'after the answer']
const buy = (idempotencyKey: string | null) =>
  ask(gateway.url, {
    query: 'mutation ($input: BuyInput!) { buy(input: $input) { id } }',
    variables: { input: { idempotencyKey, item: '1' } },
  })

describe('mutation over a cut connection', () => {
  test.each(cuts)('With a cut %s, a mutation with a key runs once and is answered', async (cut) => {
    for (let n = 0; n < 5; n += 1) {
      const key = `${cut} ${n}`
      proxy.cutNext(cut)
      expect((await buy(key)).data).toEqual({ buy: { id: '1' } })
      expect(shop.bought.filter((bought) => bought === key)).toEqual([key])
    }
  })

  test.each(cuts)(
    'With a cut %s, a mutation without a key is never repeated, and its outcome is reported as unknown',
    async (cut) => {
      const before = shop.bought.length
      const calls = proxy.requests
      proxy.cutNext(cut)
      const { errors } = await buy(null)
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', service: 'orders' })
      expect(proxy.requests).toBe(calls + 1)
      expect(shop.bought.length).toBe(before + (cut === 'before the request' ? 0 : 1))
    },
  )

  test.each([
    ['beside __typename', 'mutation { __typename buy(input: { idempotencyKey: "KEY", item: "1" }) { id } }'],
    ['in an inline fragment', 'mutation { ... { buy(input: { idempotencyKey: "KEY", item: "1" }) { id } } }'],
    [
      'in a fragment',
      'mutation { ...Buying } fragment Buying on Mutation { buy(input: { idempotencyKey: "KEY", item: "1" }) { id } }',
    ],
  ])('A field with a key is repeated %s', async (where, mutation) => {
    proxy.cutNext('after the answer')
    expect((await ask(gateway.url, mutation.replace('KEY', where))).data).toMatchObject({ buy: { id: '1' } })
    expect(shop.bought.filter((bought) => bought === where)).toEqual([where])
  })

  test.each([
    ['a field', 'mutation { a: buy(input: { idempotencyKey: "mixed", item: "1" }) { id } touch }'],
    ['a field in a fragment', 'mutation { buy(input: { idempotencyKey: "mixed 2", item: "1" }) { id } ... { touch } }'],
  ])('A mutation is not repeated if %s has no key', async (_which, mixed) => {
    const calls = proxy.requests
    proxy.cutNext('after the answer')
    expect((await ask(gateway.url, mixed)).errors?.[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE')
    expect(proxy.requests).toBe(calls + 1)
  })

  test('A mutation continues when the client hangs up', async () => {
    const leaving = new AbortController()
    let release: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => {
      shop.orders.misbehave(async () => {
        resolve()
        await new Promise<void>((go) => (release = go))
        return false
      })
    })
    const body = JSON.stringify({ query: 'mutation { buy(input: { idempotencyKey: "left", item: "1" }) { id } }' })
    const headers = { 'content-type': 'application/json' }
    const gone = fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal }).catch(
      () => 'gone',
    )
    await arrived
    leaving.abort()
    expect(await gone).toBe('gone')
    shop.orders.misbehave(undefined)
    release()
    expect((await buy('left')).data).toEqual({ buy: { id: '1' } })
    expect(shop.bought.filter((key) => key === 'left')).toEqual(['left'])
  })
})
