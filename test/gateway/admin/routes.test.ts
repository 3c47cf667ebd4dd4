import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ask } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ env: { STATELESS: 'items' } })
})
afterAll(() => gateway.stop())

const metrics = async (): Promise<string> => (await fetch(`${gateway.adminUrl}/metrics`)).text()
const post = (path: string, body: string) => fetch(`${gateway.adminUrl}${path}`, { method: 'POST', body })

describe('admin port', () => {
  test('The status lists the services, their kinds and the state of each instance', async () => {
    await ask(gateway.url, '{ orders(first: 1) { id item { name } } }')
    const services: unknown = await (await fetch(`${gateway.adminUrl}/services`)).json()
    expect(services).toEqual([
      {
        name: 'items',
        kind: 'stateless',
        instances: [{ url: `${gateway.shop.items.url}/graphql`, pid: null, health: 'healthy' }],
      },
      {
        name: 'orders',
        kind: 'stateful',
        instances: [{ url: `${gateway.shop.orders.url}/graphql`, pid: null, health: 'healthy' }],
      },
    ])
  })

  test('The metrics count answers, calls and cache look-ups', async () => {
    await ask(gateway.url, '{ items(first: 3) { id } }')
    await ask(gateway.url, '{ items(first: 3) { id } }')
    await ask(gateway.url, '{')
    const text = await metrics()
    expect(text).toMatch(/tributary_answers_total\{code="OK"\} [1-9]/)
    expect(text).toMatch(/tributary_answers_total\{code="GRAPHQL_PARSE_FAILED"\} 1/)
    expect(text).toMatch(/tributary_service_answer_seconds_count\{service="items"\} [1-9]/)
    expect(text).toMatch(/tributary_cache_lookups_total\{service="items",result="hit"\} [1-9]/)
    expect(text).toMatch(/tributary_instance_healthy\{service="items",[^}]+\} 1/)
    expect(text).toMatch(/tributary_open_subscriptions 0/)
  })

  test('A purge drops the cached answers', async () => {
    const calls = async () => {
      await ask(gateway.url, '{ item(id: "7") { name } }')
      return gateway.shop.items.calls.length
    }
    expect((await calls()) - (await calls())).toBe(0)
    const before = gateway.shop.items.calls.length
    expect((await post('/purge', '{"tags":["items"]}')).status).toBe(200)
    expect(await calls()).toBe(before + 1)
  })

  test('An unknown path, method or argument is answered with an explanation', async () => {
    const wrong = [
      await post('/purge', '{"tags":[]}'),
      await post('/purge', '{'),
      await post('/purge', '[]'),
      await post('/nowhere', ''),
    ]
    expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400, 404])
    for (const response of wrong) expect(await response.json()).toEqual({ error: expect.any(String) })
  })
})
