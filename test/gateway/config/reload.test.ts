/** Changes of the configuration's file, taken in by a gateway that has requests to answer. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type ConfigFile, makeConfigFile } from '../../support/config-file.ts'
import { ask, composeAt, verdict } from '../../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../../support/gateway-process.ts'
import { startLoad } from '../../support/load.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'
import { openRawSocket } from '../websocket/raw-socket.ts'

const query = '{ orders(first: 2) { id item { name } } }'
const aliased = '{ a: orders(first: 1) { id } b: orders(first: 1) { id } }'

let shop: Shop
let file: ConfigFile
/** For all tests but that of workers. */
let gateway: GatewayProcess
beforeAll(async () => {
  shop = await startShop()
  file = await makeConfigFile(config(''))
  await writeFile(join(file.folder, 'supergraph.graphql'), composeAt(shop.services))
  gateway = await start()
})
afterEach(() => shop.orders.misbehave(undefined))
afterAll(async () => {
  await gateway?.terminate()
  await shop.close()
  await file.remove()
})

// The deadline outlasts the call that a test holds back, however busy the machine.
const config = (more: string): string =>
  `{ supergraph: 'supergraph.graphql', port: 0, admin: { port: 0 },
     services: { items: stateless(), orders: stateful({ deadline: 100_000 }) }, ${more} }`

const start = (env: Record<string, string> = {}): Promise<GatewayProcess> =>
  spawnGateway({ LOG_LEVEL: 'info', ...env }, ['--config', file.path])

const ONE_ALIAS = '400 OPERATION_TOO_COMPLEX'

/** Until the file is taken in. @param expected of two aliases, as it says */
const taken = (expected: string): Promise<true> =>
  until(async () => verdict(await ask(gateway.url, aliased)) === expected)

async function losesNothing({ url }: GatewayProcess): Promise<void> {
  let release: () => void = () => undefined
  const held = new Promise<boolean>((resolve) => (release = () => resolve(false)))
  let isHeld = false
  shop.orders.misbehave(() => {
    if (isHeld) return false
    isHeld = true
    return held
  })
  const early = ask(url, query)
  await until(() => isHeld)
  const load = startLoad(4, async () => {
    const { errors } = await ask(url, query)
    return errors && JSON.stringify(errors)
  })
  for (const aliases of [1, 2]) {
    const before = load.answered
    await until(() => load.answered > before + 50)
    await file.write(config(`limits: { aliases: ${aliases} }`))
    const expected = aliases === 1 ? ONE_ALIAS : '200 OK'
    let inTheWay = 20 // answers in a row as the new file says: those of every worker
    await until(async () => {
      inTheWay = verdict(await ask(url, aliased)) === expected ? inTheWay - 1 : 20
      return inTheWay === 0
    })
  }
  release()
  expect((await early).data.orders).toHaveLength(2)
  await load.stop()
  expect(load.failures).toEqual([])
}

test('A changed file is taken in without losing a request', () => losesNothing(gateway))

test('A changed file is taken in by each worker without losing a request', async () => {
  await file.write(config(''))
  await taken('200 OK')
  const workers = await start({ GATEWAY_WORKERS: '2' })
  await losesNothing(workers).finally(() => workers.terminate())
})

test('A setting that cannot change is logged and stays; the rest of the file applies', async () => {
  await file.write(
    config('limits: { aliases: 1 }, host: "127.0.0.9", workers: 3, fastPath: false, draining: { quiet: 1 }'),
  )
  await taken(ONE_ALIAS)
  const said = gateway.said().match(/\w+ cannot change while the gateway runs/g)
  expect(said).toEqual(
    ['host', 'workers', 'fastPath', 'draining'].map((name) => `${name} cannot change while the gateway runs`),
  )
})

test('A faulty file changes nothing, and the log says why', async () => {
  await file.write(config('limits: { aliases: 1 }'))
  await taken(ONE_ALIAS)
  const faulty: readonly (readonly [string, string])[] = [
    [config('limits: { aliasse: 5 }'), 'limits.aliasse: is not a setting; did you mean aliases?'],
    [config('limits: { aliases: 5 '), 'cannot be used'],
    [
      config('').replace('supergraph.graphql', 'nowhere.graphql'),
      `supergraph: ${file.folder}/nowhere.graphql cannot be read (ENOENT)`,
    ],
  ]
  for (const [source, why] of faulty) {
    await file.write(source)
    await until(() => gateway.said().includes(why))
    expect(verdict(await ask(gateway.url, aliased))).toBe(ONE_ALIAS)
  }
  await file.write(config(''))
  await taken('200 OK')
})

test.each([
  ['aliases.ts', 'export const aliases: number ='],
  ['aliases.cjs', 'exports.aliases ='],
])('A file that the configuration imports is taken in, too: %s', async (name, start) => {
  const aliases = (count: number): Promise<void> => writeFile(join(file.folder, name), `${start} ${count}\n`)
  await aliases(1)
  await file.write(config(`limits: { aliases: (await import('./${name}')).aliases }`))
  await taken(ONE_ALIAS)
  await aliases(2)
  await taken('200 OK')
})

test('A file that is imported before it is there is taken in once it is', async () => {
  await file.write(config(`limits: { aliases: (await import('./later.ts')).aliases }`))
  await until(() => gateway.said().includes('/later.ts'))
  await writeFile(join(file.folder, 'later.ts'), 'export const aliases = 1\n')
  await taken(ONE_ALIAS)
  await file.write(config(''))
  await taken('200 OK')
})

test('What a configuration needs may be written after it: a list of operations, and a supergraph', async () => {
  const folder = (name: string): string => join(file.folder, name)
  const strict = config(`limits: { aliases: 1 }, operations: { safelist: { mode: 'off', manifests: ['list.json'] } }`)
  await file.write(strict)
  await until(() => gateway.said().includes('/list.json cannot be read'))
  await writeFile(folder('list.json'), JSON.stringify({ id: query }))
  await taken(ONE_ALIAS)
  await file.write(config('').replace('services: {', 'services: { stock: stateless(), '))
  await until(() => gateway.said().includes('services.stock: the supergraph joins no such service'))
  expect(verdict(await ask(gateway.url, aliased))).toBe(ONE_ALIAS)
  const stock = { name: 'stock', sdl: 'type Query { shelves: Int }', url: shop.items.url }
  await writeFile(folder('supergraph.graphql'), composeAt([...shop.services, stock]))
  await taken('200 OK')
  await file.write(config(''))
  await writeFile(folder('supergraph.graphql'), composeAt(shop.services))
  await until(async () => verdict(await ask(gateway.url, '{ shelves }')) === '400 GRAPHQL_VALIDATION_FAILED')
})

test('A variant comes and goes with the file, for open connections and sockets, too', async () => {
  const at = async (path: string): Promise<number> => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    await response.text()
    return response.status
  }
  expect(await at('/graphql/part')).toBe(404)
  await file.write(config('variants: { part: {} }'))
  await until(async () => (await at('/graphql/part')) === 200)
  const socket = await openRawSocket(gateway.url, { path: '/graphql/part' })
  socket.subscribe('1', query)
  expect(await socket.find(({ id, type }) => id === '1' && type === 'next')).toBeDefined()
  await file.write(config('variants: { part: { path: "/part" } }'))
  await until(async () => (await at('/part')) === 200)
  expect(await at('/graphql/part')).toBe(404)
  socket.subscribe('2', query)
  const { payload } = await socket.find(({ id, type }) => id === '2' && type === 'error')
  expect(payload[0].message).toBe('Nothing is served at this path.')
  socket.cut()
})
