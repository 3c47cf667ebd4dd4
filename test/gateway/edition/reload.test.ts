import { writeFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { startGateway } from '../../../gateway/gateway.ts'
import { newFolder } from '../../support/folder.ts'
import { ask, composeAt, verdict } from '../../support/gateway.ts'
import { startLoad } from '../../support/load.ts'
import { log } from '../../support/log.ts'
import { itemsSdl, ordersSdl, startShop } from '../../support/shop.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'
import { startSubgraph } from '../../support/subgraph.ts'
import { until } from '../../support/until.ts'

let gateway: ShopGateway
let usual: string
let changed: string
beforeAll(async () => {
  gateway = await startShopGateway({ env: { STATELESS: 'items' } })
  usual = await readFile(gateway.supergraphFile, 'utf8')
  changed = composeAt([
    { name: 'orders', sdl: `${ordersSdl} extend type Order { added: Int }`, url: gateway.shop.orders.url },
    { name: 'items', sdl: itemsSdl, url: gateway.shop.items.url },
  ])
})
afterAll(() => gateway.stop())

const offer = (supergraph: string) => fetch(`${gateway.adminUrl}/supergraph`, { method: 'POST', body: supergraph })
const knows = async (query: string, url = gateway.url): Promise<boolean> =>
  verdict(await ask(url, query)) !== '400 GRAPHQL_VALIDATION_FAILED'

describe('supergraph reload', () => {
  test('A new supergraph takes over under load without a failed request', async () => {
    const load = startLoad(8, async () => {
      const answer = await ask(gateway.url, '{ orders(first: 2) { id note item { name } } }')
      return answer.errors || answer.data.orders.length !== 2 ? JSON.stringify(answer) : undefined
    })
    for (const next of [changed, usual, changed, usual, changed]) {
      const before = load.answered
      expect((await offer(next)).status).toBe(200)
      await until(() => load.answered > before + 50)
    }
    await load.stop()
    expect(load.failures).toEqual([])
    expect(await knows('{ orders { added } }')).toBe(true)
    await offer(usual)
    expect(await knows('{ orders { added } }')).toBe(false)
  })

  test('Operations that began on the old supergraph finish there', async () => {
    let release: () => void = () => undefined
    const held = new Promise<boolean>((resolve) => (release = () => resolve(false)))
    gateway.shop.orders.misbehave(() => held)
    const before = gateway.shop.orders.calls.length
    const pending = ask(gateway.url, '{ orders(first: 1) { id item { name } } }')
    await until(() => gateway.shop.orders.calls.length === before && gatewayIsWaiting())
    // The new supergraph has other addresses: closing the old traffic too soon would cut running
    // requests.
    const moved = await startShop()
    expect((await offer(composeAt(moved.services))).status).toBe(200)
    gateway.shop.orders.misbehave(undefined)
    expect((await ask(gateway.url, '{ whoAmI }')).data).toEqual({ whoAmI: 'somebody' })
    expect(moved.orders.calls.length).toBe(1)
    release()
    expect((await pending).data).toEqual({ orders: [{ id: '0', item: { name: 'item i0' } }] })
    await offer(usual)
    await moved.close()
  })

  test('A changed supergraph file is loaded', async () => {
    await writeFile(`${gateway.supergraphFile}.new`, changed)
    await rename(`${gateway.supergraphFile}.new`, gateway.supergraphFile)
    await until(() => knows('{ orders { added } }'))
    await writeFile(gateway.supergraphFile, usual)
    await until(async () => !(await knows('{ orders { added } }')))
  })

  test('A supergraph that is written while the gateway starts or takes in a configuration is loaded', async () => {
    const file = join(await newFolder(), 'supergraph.graphql')
    await writeFile(file, usual)
    const config = await readConfig({ PORT: '0', SUPERGRAPH: file })
    /** Is read once the file was. */
    const operations = {
      ...config.operations,
      get defer() {
        writeFileSync(file, changed)
        return false
      },
    }
    const other = await startGateway({ ...config, operations }, log)
    await until(() => knows('{ orders { added } }', other.url))
    await writeFile(file, usual)
    await other.reconfigure(config)
    await until(async () => !(await knows('{ orders { added } }', other.url)))
    await other.stop()
  })

  test('A supergraph that needs a new configuration serves together with it', async () => {
    const file = join(await newFolder(), 'supergraph.graphql')
    await writeFile(file, usual)
    const settings = { PORT: '0', SUPERGRAPH: file }
    const other = await startGateway(await readConfig(settings), log)
    const refusals = async () => /supergraphs_refused_total (\d+)/.exec(await other.commands.metrics())?.[1]
    const stock = { name: 'stock', sdl: 'type Query { shelves: Int }', url: 'nowhere' }
    await writeFile(file, composeAt([...gateway.shop.services, stock]))
    await until(async () => (await refusals()) === '1')
    const config = await readConfig({ ...settings, SERVICES_STOCK_ADDRESSES: gateway.shop.items.url })
    await other.reconfigure(config)
    expect(await knows('{ shelves }', other.url)).toBe(true)
    await writeFile(file, 'type Query {')
    await other.reconfigure({ ...config })
    expect(await knows('{ shelves }', other.url)).toBe(true)
    await other.stop()
  })

  test('A broken supergraph is refused, and the old one stays', async () => {
    for (const broken of [
      '',
      'type Query {',
      'type Query { a: Int }',
      usual.replace('http://127.0.0.1', 'nowhere'),
      usual.replace('type Order', 'type Oder'),
    ]) {
      const refused = await offer(broken)
      expect([refused.status, await refused.json()]).toEqual([422, { error: expect.any(String) }])
      expect((await ask(gateway.url, '{ orders(first: 1) { id } }')).data).toEqual({ orders: [{ id: '0' }] })
    }
    const refusals = async () => {
      const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
      return Number(/tributary_supergraphs_refused_total (\d+)/.exec(metrics)?.[1])
    }
    const before = await refusals()
    await writeFile(gateway.supergraphFile, 'type Query {')
    await until(async () => (await refusals()) > before)
    expect((await ask(gateway.url, '{ orders(first: 1) { id } }')).data).toEqual({ orders: [{ id: '0' }] })
    await writeFile(gateway.supergraphFile, usual)
  })

  test('A new supergraph can add a service', async () => {
    const stock = await startSubgraph({
      sdl: 'type Query { shelves: Int }',
      resolvers: { Query: { shelves: () => 12 } },
    })
    const more = composeAt([
      ...gateway.shop.services,
      { name: 'stock', sdl: 'type Query { shelves: Int }', url: stock.url },
    ])
    expect((await offer(more)).status).toBe(200)
    expect((await ask(gateway.url, '{ shelves orders(first: 1) { id } }')).data).toEqual({
      shelves: 12,
      orders: [{ id: '0' }],
    })
    const services = (await (await fetch(`${gateway.adminUrl}/services`)).json()) as { name: string; kind: string }[]
    expect(services.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual([
      'items stateless',
      'orders stateful',
      'stock stateful',
    ])
    await offer(usual)
    expect(await knows('{ shelves }')).toBe(false)
    await stock.close()
  })
})

/** True once a call to a service is on its way. */
async function gatewayIsWaiting(): Promise<boolean> {
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return /tributary_instance_in_flight\{service="orders"[^}]*\} 1/.test(metrics)
}
