/**
 * Several instances of a third-party service, by a list and by a DNS name whose answers change
 * during calls. The gateway is a process; each instance has an address of its own.
 */
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { freePorts } from '../../../platform/process/ports.ts'
import type { Answer } from '../../support/answer.ts'
import { type ConfigFile, makeConfigFile } from '../../support/config-file.ts'
import { ask, composeAt } from '../../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../../support/gateway-process.ts'
import { startLoad } from '../../support/load.ts'
import { itemsSdl } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

/** Makes each query different: equal ones would share one execution. */
let asked = 0
const query = () => ({
  query: 'query ($first: Int!) { items(first: $first) { id name } }',
  variables: { first: 1 + (asked++ % 999) },
})

interface Instance {
  readonly host: string
  /** Each answer waits for this. */
  hold: Promise<void> | undefined
  /** One answer waits for this. */
  holdOne: Promise<void> | undefined
  asked: number
  stop(): Promise<void>
}

async function startInstance(host: string, port: number): Promise<Instance & { readonly port: number }> {
  const instance = {
    host,
    hold: undefined as Promise<void> | undefined,
    holdOne: undefined as Promise<void> | undefined,
    asked: 0,
  }
  const server: Server = createServer(async (request, response) => {
    await json(request)
    instance.asked += 1
    const { holdOne } = instance
    instance.holdOne = undefined
    await (holdOne ?? instance.hold)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: { items: [{ id: 'i0', name: host }] } }))
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(instance, { port: (server.address() as AddressInfo).port, stop })
}

let file: ConfigFile
let instances: Instance[]
let port: number
let adminPort: number
let gateway: GatewayProcess | undefined
beforeAll(async () => {
  file = await makeConfigFile('{}')
  const supergraph = composeAt([{ name: 'items', sdl: itemsSdl, url: 'http://nowhere.invalid' }])
  await writeFile(join(file.folder, 'supergraph.graphql'), supergraph)
  // Tests cannot configure the system's resolver, so they configure the gateway's own.
  await writeFile(
    join(file.folder, 'names.mjs'),
    `import dns from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const { lookup } = dns
dns.lookup = async (name, options) => {
  if (name !== 'items.test') return lookup(name, options)
  const found = JSON.parse(readFileSync(new URL('names.json', import.meta.url), 'utf8'))
  if (found.length === 0) throw new Error('ENOTFOUND')
  return found.map((address) => ({ address, family: 4 }))
}
syncBuiltinESMExports()
`,
  )
  const first = await startInstance('127.0.0.2', 0)
  port = first.port
  instances = [first, await startInstance('127.0.0.3', port), await startInstance('127.0.0.4', port)]
  ;[adminPort = 0] = await freePorts(1)
})
afterEach(async () => {
  for (const instance of instances) instance.hold = undefined
  await gateway?.terminate()
})
afterAll(async () => {
  await Promise.all(instances.map(({ stop }) => stop()))
  await file.remove()
})

const name = (...hosts: string[]): Promise<void> => writeFile(join(file.folder, 'names.json'), JSON.stringify(hosts))

function configure(addresses: string, more: string): Promise<void> {
  // The deadline outlasts the held call, however busy the machine.
  const items = `stateless({ addresses: ${addresses}, deadline: 100_000, coalescing: false, sharedCache: false, ${more} })`
  const admin = `admin: { port: ${adminPort} }`
  return file.write(`{ supergraph: 'supergraph.graphql', port: 0, ${admin}, services: { items: ${items} } }`)
}

async function start(addresses: string, more = ''): Promise<GatewayProcess> {
  await configure(addresses, more)
  const names = pathToFileURL(join(file.folder, 'names.mjs')).href
  gateway = await spawnGateway({ LOG_LEVEL: 'info', NODE_OPTIONS: `--import ${names}` }, ['--config', file.path])
  return gateway
}

const whoAnswers = async ({ url }: GatewayProcess): Promise<string> => nameIn(await ask(url, query()))
const nameIn = ({ data, errors }: Answer): string => (errors ? JSON.stringify(errors) : data.items[0].name)
const served = async (): Promise<Record<string, string>> => {
  const [items] = (await (await fetch(`http://127.0.0.1:${adminPort}/services`)).json()) as [
    { instances: { url: string; health: string }[] },
  ]
  return Object.fromEntries(items.instances.map(({ url, health }) => [new URL(url).hostname, health]))
}

async function answers(from: GatewayProcess, ...hosts: string[]): Promise<void> {
  const seen = new Set<string>()
  await until(async () => {
    seen.add(await whoAnswers(from))
    return seen.size === hosts.length
  })
  expect([...seen].sort()).toEqual(hosts)
}

test('Calls are balanced over a list of addresses, and the loss of one fails no call', async () => {
  const running = await start(`['http://127.0.0.2:${port}/graphql', 'http://127.0.0.3:${port}/graphql']`)
  await answers(running, '127.0.0.2', '127.0.0.3')
  await instances[1]?.stop()
  for (let n = 0; n < 50; n++) expect(await whoAnswers(running)).toBe('127.0.0.2')
  await until(async () => (await served())['127.0.0.3'] === 'unhealthy')
  instances[1] = await startInstance('127.0.0.3', port)
  await answers(running, '127.0.0.2', '127.0.0.3')
})

test('Instances follow the answers of a DNS name, and no call is lost', async () => {
  await name('127.0.0.2')
  const addresses = `{ dns: 'http://items.test:${port}/graphql', every: 50 }`
  const running = await start(addresses, 'hedging: false')
  await answers(running, '127.0.0.2')
  const heard: string[] = []
  const inFlight = new Set<symbol>()
  const load = startLoad(4, async () => {
    const call = Symbol()
    inFlight.add(call)
    const who = await whoAnswers(running).finally(() => inFlight.delete(call))
    heard.push(who)
    return who.startsWith('127.') ? undefined : who
  })
  await name('127.0.0.2', '127.0.0.3', '127.0.0.4')
  await answers(running, '127.0.0.2', '127.0.0.3', '127.0.0.4')

  const [leaving] = instances
  if (!leaving) throw new Error('There is no instance.')
  let release: () => void = () => undefined
  leaving.holdOne = new Promise((resolve) => (release = resolve))
  await until(() => leaving.holdOne === undefined)
  await name('127.0.0.3', '127.0.0.4')
  await until(async () => Object.keys(await served()).length === 2)
  const more = async (): Promise<void> => {
    const answered = load.answered
    await until(() => load.answered > answered + 100)
  }
  const begun = [...inFlight]
  await until(() => begun.filter((call) => inFlight.has(call)).length === 1) // the held call
  const before = leaving.asked
  await more()
  expect(leaving.asked).toBe(before)
  const last = heard.length
  release()
  // The instance that left the name answered the call in flight, which was not repeated.
  await until(() => heard.slice(last).includes('127.0.0.2'))

  await name() // the name does not resolve for a while
  await until(() => running.said().includes('is not found by its name'))
  await more()
  await configure(addresses, 'hedging: false, queue: 1_000')
  await until(() => running.said().includes('a new configuration serves'))
  await more()
  await load.stop()
  expect(load.failures).toEqual([])
})

test('An instance behind a name that does not answer is hedged', async () => {
  await name('127.0.0.2', '127.0.0.3')
  const running = await start(`{ dns: 'http://items.test:${port}/graphql' }`)
  await answers(running, '127.0.0.2', '127.0.0.3')
  for (let n = 0; n < 300; n++) await whoAnswers(running) // the gateway learns how long calls take
  const [, silent] = instances
  if (!silent) throw new Error('There is no instance.')
  let release: () => void = () => undefined
  silent.hold = new Promise((resolve) => (release = resolve))
  const before = silent.asked
  for (let n = 0; n < 10 || silent.asked === before; n++) expect(await whoAnswers(running)).toBe('127.0.0.2')
  release()
})
