import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { LiveMap } from '../../../gateway/map/page/live-map.ts'
import { ask } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'
import { until } from '../../support/until.ts'

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

  test('The metrics tell operations, clients and instances apart', async () => {
    const headers = { 'apollographql-client-name': 'shelf', 'content-type': 'application/json' }
    const run = (query: string, more = headers) =>
      fetch(`${gateway.url}/graphql`, { method: 'POST', headers: more, body: JSON.stringify({ query }) })
    await run('query Shelf { items(first: 2) { id } }')
    await run('query Shelf { orders(first: 1) { id } }')
    await run('query Shelf { nothing }')
    await run('{ items(first: 2) { id } }', { ...headers, 'apollographql-client-name': 'x"\u00e9\\' })
    const text = await metrics()
    expect(text).toContain('tributary_operation_seconds_count{operation="Shelf"} 2\n')
    expect(text).toContain('tributary_operation_errors_total{operation="Shelf"} 0\n')
    expect(text).toMatch(/tributary_operation_errors_total\{operation="refused"\} [1-9]/)
    expect(text).toMatch(/tributary_operation_seconds_bucket\{le="0.25",operation="anonymous"\} [1-9]/)
    expect(text).toContain('tributary_client_seconds_count{client="shelf"} 3\n')
    expect(text).toContain('tributary_client_errors_total{client="shelf"} 1\n')
    expect(text).toContain('tributary_client_seconds_count{client="x\\"')
    const instance = `service="orders",instance="${gateway.shop.orders.url}/graphql"`
    expect(text).toMatch(new RegExp(`tributary_instance_answer_seconds_count\\{${instance}\\} [1-9]`))
    expect(text).toContain(`tributary_instance_failures_total{${instance}} 0\n`)
  })

  test('Every metric is documented', async () => {
    const documented = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
    const names = [...(await metrics()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? '')
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((name) => !new RegExp(`\`${name}\\b`).test(documented))).toEqual([])
  })

  test('The map lists the gateway, its services and the busiest operations with their plans', async () => {
    await ask(gateway.url, 'query Mapped { orders(first: 1) { id item { name } } }')
    const read = async (): Promise<LiveMap> => (await (await fetch(`${gateway.adminUrl}/map`)).json()) as LiveMap
    // What came in this second counts when it is over.
    await until(async () => (await read()).operations.some(({ name }) => name === 'Mapped'))
    const { gateway: itself, services, operations } = await read()
    expect(itself).toMatchObject({ state: 'ready', workers: 1, subscriptions: 0 })
    expect(itself.requests).toBeGreaterThan(0)
    expect(operations.find(({ name }) => name === 'Mapped')?.stages).toEqual([['orders'], ['items']])
    expect(services).toMatchObject([
      { name: 'items', kind: 'stateless', cache: { hits: expect.any(Number) }, instances: [{ health: 'healthy' }] },
      { name: 'orders', kind: 'stateful', cache: null, store: null, instances: [{ requests: expect.any(Number) }] },
    ])
  })

  test('The map comes as events, too', async () => {
    const leaving = new AbortController()
    const response = await fetch(`${gateway.adminUrl}/map/events`, { signal: leaving.signal })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const { value } = (await response.body?.getReader().read()) ?? {}
    expect(
      JSON.parse(
        Buffer.from(value ?? [])
          .toString()
          .slice('data: '.length),
      ),
    ).toMatchObject({ seconds: 10 })
    leaving.abort()
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

  test('A request that began before a purge answers nobody who asks after it', async () => {
    const { promise: held, resolve } = Promise.withResolvers<boolean>()
    let began = 0
    gateway.shop.items.misbehave(() => {
      began += 1
      return held
    })
    const query = '{ item(id: "8") { name } }'
    const before = ask(gateway.url, query)
    await until(() => began === 1)
    await post('/purge', '{"tags":["items"]}')
    const after = ask(gateway.url, query)
    await until(() => began === 2)
    resolve(false)
    for (const { data } of await Promise.all([before, after])) expect(data).toEqual({ item: { name: 'item 8' } })
    gateway.shop.items.misbehave(undefined)
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

  test('However many names come, the metrics stay bounded, and shipped names keep their place', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `Name${n}`)
    await ask(
      gateway.url,
      `query First { __typename } ${names.map((name) => `query ${name} { __typename }`).join(' ')}`,
      {
        operationName: 'First',
      },
    )
    for (const operationName of names) await ask(gateway.url, `query ${operationName} { __typename }`)
    const met = new Set(
      [...(await metrics()).matchAll(/operation_seconds_count\{operation="(\w+)"/g)].map(([, name]) => name),
    )
    expect(met.size).toBeLessThanOrEqual(203)
    expect(met).toContain('other')
  })
})
