/** Limits in measure mode refuse nothing, and report what they would have refused. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { readConfig } from '../../../gateway/config/load.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Shop, startShop } from '../../support/shop.ts'

let shop: Shop
let gateway: TestGateway
beforeAll(async () => {
  shop = await startShop()
})
afterEach(() => gateway?.stop())
afterAll(() => shop.close())

const start = async (limits: Readonly<Record<string, number>>, measure: string) => {
  const set = Object.entries(limits).map(([name, value]) => [name, String(value)])
  gateway = await startTestGateway({
    services: shop.services,
    env: { LIMITS_MEASURE: measure, ...Object.fromEntries(set) },
  })
}

/** How often each measured limit would have refused. */
async function measured(): Promise<Readonly<Record<string, number>>> {
  const metrics = await gateway.registry.metrics()
  const rows = [...metrics.matchAll(/^tributary_limit_would_refuse_total\{limit="(\w+)"\} (\d+)/gm)]
  return Object.fromEntries(rows.map(([, name = '', count]) => [name, Number(count)]))
}

const fit = 'query ($first: Int) { one: orders(first: $first) { id item { id name } } two: whoAmI }'

test('A request over several measured limits is answered, and each limit reports it', async () => {
  await start(
    {
      LIMIT_ALIASES: 1,
      LIMIT_DEPTH: 2,
      LIMIT_LIST_SIZE: 2,
      LIMIT_COST: 3,
      LIMIT_VARIABLE_VALUES: 1,
      LIMIT_COST_PER_MINUTE: 4,
    },
    'on',
  )
  const operation = { query: fit, variables: { first: 3, other: 1 } }
  for (let time = 0; time < 2; time += 1) expect((await ask(gateway.url, operation)).data.one).toHaveLength(3)
  expect(await measured()).toEqual({
    aliases: 2,
    depth: 2,
    listSize: 2,
    cost: 2,
    variableValues: 2,
    costPerMinute: 2,
  })
  expect(await gateway.registry.metrics()).not.toMatch(/^tributary_limit_refusals_total/m)
})

test('A measured limit reports no caller for what an earlier, refused operation asked', async () => {
  await start({ LIMIT_LIST_SIZE: 2, LIMIT_COST: 10 }, 'listSize')
  expect(verdict(await ask(gateway.url, '{ orders(first: 100) { id } }'))).toBe('400 OPERATION_TOO_COMPLEX')
  expect(verdict(await ask(gateway.url, '{ whoAmI }'))).toBe('200 OK')
  expect(await measured()).toEqual({})
})

test('Limits that are not named are enforced beside those that are', async () => {
  await start({ LIMIT_ALIASES: 1, LIMIT_DEPTH: 2 }, 'aliases')
  expect(verdict(await ask(gateway.url, '{ one: whoAmI two: whoAmI }'))).toBe('200 OK')
  expect(verdict(await ask(gateway.url, fit))).toBe('400 OPERATION_TOO_COMPLEX')
  expect(await measured()).toEqual({ aliases: 1 })
})

test('Operations over a measured concurrency limit run at once', async () => {
  await start({ LIMIT_OPERATIONS_IN_WORK: 1 }, 'operationsInWork')
  await ask(gateway.url, '{ whoAmI }')
  const both = Promise.withResolvers<void>()
  let held = 0
  shop.orders.misbehave(async () => {
    held += 1
    if (held === 2) both.resolve()
    await both.promise
    return false
  })
  const asked = [ask(gateway.url, '{ whoAmI }'), ask(gateway.url, '{ whoAmI }')]
  expect((await Promise.all(asked)).map(verdict)).toEqual(['200 OK', '200 OK'])
  shop.orders.misbehave(undefined)
  expect(await measured()).toEqual({ operationsInWork: 1 })
})

test('An address may open more WebSockets than a measured limit', async () => {
  await start({ LIMIT_SOCKETS_PER_ADDRESS: 1 }, 'on')
  const open = (): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      socket.once('open', () => resolve(socket)).once('error', reject)
    })
  const sockets = [await open(), await open()]
  expect(await measured()).toEqual({ socketsPerAddress: 1 })
  // A new configuration enforces it, also beside those that are open.
  const { supergraphFile, reconfigure } = gateway
  const settings = { SUPERGRAPH: supergraphFile, LOG_LEVEL: 'silent', LIMIT_SOCKETS_PER_ADDRESS: '2' }
  const config = await readConfig(settings)
  await reconfigure({ ...config, draining: { ...config.draining, quiet: 0 } })
  await expect(open()).rejects.toThrow('429')
  for (const socket of sockets) socket.terminate()
})

test('A fragment bomb is refused though everything that can be is measured', async () => {
  await start({}, 'on')
  const levels = Array.from({ length: 30 }, (_, at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`)
  const bomb = `{ ...F0 } ${levels.join(' ')} fragment F30 on Query { whoAmI }`
  expect(verdict(await ask(gateway.url, bomb))).toBe('400 OPERATION_TOO_COMPLEX')
})

test('A limit that protects the gateway itself cannot be switched to measure mode', async () => {
  await start({}, 'on')
  const refused = readConfig({ SUPERGRAPH: gateway.supergraphFile, LIMITS_MEASURE: 'selections, dept' })
  await expect(refused).rejects.toMatchObject({
    faults: [
      'LIMITS_MEASURE: names selections, which protects the gateway itself and is always enforced',
      'LIMITS_MEASURE: names dept, which is no limit',
    ],
  })
})
