import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { LiveMap } from '../../gateway/map/page/live-map.ts'
import { freePorts } from '../../platform/process/ports.ts'
import { type ConfigFile, makeConfigFile } from '../support/config-file.ts'
import { newFolder } from '../support/folder.ts'
import { ask, composeAt, verdict } from '../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../support/gateway-process.ts'
import { PAUSE, startLoad } from '../support/load.ts'
import { type Shop, startShop } from '../support/shop.ts'
import { until } from '../support/until.ts'

let folder: string
let shop: Shop
let supergraph: string
/**
 * The load balancer needs longer than 500 ms to notice an unready gateway on a busy machine. No
 * timer waits longer than this timeout.
 */
let patient: ConfigFile
/** For the first two tests; the second stops it. */
let lone: GatewayProcess
const running: GatewayProcess[] = []
beforeAll(async () => {
  shop = await startShop()
  folder = await newFolder()
  supergraph = join(folder, 'supergraph.graphql')
  await writeFile(supergraph, composeAt(shop.services))
  patient = await makeConfigFile('{ draining: { quiet: 3_000, grace: 60_000, timeout: 2_147_483_647 } }')
  lone = await spawnGateway(settings())
})
afterEach(async () => {
  shop.orders.misbehave(undefined)
  await Promise.all(running.splice(0).map((gateway) => gateway.terminate()))
})
afterAll(async () => {
  await lone?.terminate()
  await shop.close()
  await patient.remove()
})

const settings = () => ({ SUPERGRAPH: supergraph, PORT: '0', ADMIN_PORT: '0', DATA_DIR: folder })

async function start(env: Record<string, string> = {}, args?: readonly string[]): Promise<GatewayProcess> {
  const gateway = await spawnGateway({ ...settings(), ...env }, args)
  running.push(gateway)
  return gateway
}

const query = '{ orders(first: 2) { id item { name } } }'

test('A start that cannot succeed says why and exits with 1', async () => {
  const { port } = new URL(lone.url)
  await expect(start({ PORT: port })).rejects.toThrow(/^exit 1: PORT: 127\.0\.0\.1:\d+ is taken\.\n$/)
  const broken = join(folder, 'broken.graphql')
  await writeFile(broken, composeAt(shop.services).replace('type Order', 'type Oder'))
  await expect(start({ SUPERGRAPH: broken })).rejects.toThrow(/^exit 1: The supergraph cannot be served\./)
})

test('SIGTERM turns readiness off, lets running requests finish and exits with 0', async () => {
  const gateway = lone
  let release: () => void = () => undefined
  let arrived = false
  const held = new Promise<boolean>((resolve) => (release = () => resolve(false)))
  shop.orders.misbehave(() => {
    arrived = true
    return held
  })
  const pending = ask(gateway.url, query)
  await until(() => arrived)
  const exit = gateway.terminate()
  await until(async () => (await fetch(`${gateway.url}/health/ready`)).status === 503)
  release()
  expect((await pending).data.orders).toHaveLength(2)
  expect(await exit).toBe(0)
})

test('Two gateways restarted one after the other under load fail no request', async () => {
  const ports = (await freePorts(2)).map(String)
  const args = ['--config', patient.path]
  const gateways = await Promise.all(ports.map((PORT) => start({ PORT }, args)))
  const urls = gateways.map(({ url }) => url)
  // Acts as a load balancer: only ready gateways get new requests.
  const ready = new Set(urls)
  let turn = 0
  const checking = urls.map((url) =>
    startLoad(1, async () => {
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) ready.add(url)
      else ready.delete(url)
      return undefined
    }),
  )
  for (const each of checking) each.pause = 50
  const load = startLoad(4, async () => {
    const candidates = [...ready]
    turn += 1
    const answer = await ask(candidates[turn % candidates.length] as string, query)
    return answer.errors ? JSON.stringify(answer.errors) : undefined
  })
  for (const [index, PORT] of ports.entries()) {
    await until(() => ready.size === 2)
    const before = load.answered
    await until(() => load.answered > before + 100)
    const exit = gateways[index]?.terminate()
    await until(() => ready.size === 1)
    // From here the other gateway gets all requests, until this one is back.
    load.pause = 100
    expect(await exit).toBe(0)
    await start({ PORT }, args)
    load.pause = PAUSE
  }
  await until(() => ready.size === 2)
  await Promise.all([load, ...checking].map((each) => each.stop()))
  expect(load.failures).toEqual([])
})

test('Several workers share the port, are replaced when one dies, obey the admin port and stop together', async () => {
  const [adminPort] = await freePorts(1)
  const gateway = await start({ GATEWAY_WORKERS: '2', ADMIN_PORT: String(adminPort) })
  const pids = new Set<number>()
  const meet = async (): Promise<void> => void pids.add(await pidOf(gateway.url))
  await until(async () => {
    await meet()
    return pids.size === 2
  })
  expect((await ask(gateway.url, query)).data.orders).toHaveLength(2)

  const admin = `http://127.0.0.1:${adminPort}`
  const changed = composeAt(
    shop.services.map((service) =>
      service.name === 'orders' ? { ...service, sdl: `${service.sdl} extend type Order { added: Int }` } : service,
    ),
  )
  expect((await fetch(`${admin}/supergraph`, { method: 'POST', body: changed })).status).toBe(200)
  for (let n = 0; n < 10; n += 1) {
    const answer = await ask(gateway.url, '{ orders(first: 1) { added } }')
    expect(verdict(answer)).not.toContain('GRAPHQL_VALIDATION_FAILED')
  }
  expect((await fetch(`${admin}/supergraph`, { method: 'POST', body: 'nonsense' })).status).toBe(422)
  expect(await (await fetch(`${admin}/metrics`)).text()).toContain(
    'tributary_service_answer_seconds_count{service="orders"}',
  )

  expect(await (await fetch(`${admin}/health/ready`)).json()).toEqual({ status: 'ready' })
  const figure = async (name: string): Promise<number> => {
    const text = await (await fetch(`${admin}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )
  }
  const answered = 'tributary_answers_total{code="OK"}'
  const counted = new Set<number>()
  await until(async () => {
    counted.add(await askedWorker(gateway.url))
    return counted.size === 2
  })
  const before = await figure(answered)
  expect(before).toBeGreaterThanOrEqual(2)
  expect(await figure('tributary_workers')).toBe(2)
  expect(await figure('tributary_supergraphs_refused_total')).toBe(1)
  expect(await figure(`tributary_instance_healthy{service="orders",instance="${shop.orders.url}/graphql"}`)).toBe(1)

  const map = (await (await fetch(`${admin}/map`)).json()) as LiveMap
  expect([map.gateway.workers, map.services.map(({ instances }) => instances.length)]).toEqual([2, [1, 1]])

  const [victim] = pids
  process.kill(victim as number, 'SIGKILL')
  await until(async () => {
    await meet().catch(() => undefined)
    expect(await figure(answered)).toBeGreaterThanOrEqual(before)
    return pids.size === 3
  })
  expect(await figure(answered)).toBe(before)
  expect(await figure('tributary_workers')).toBe(2)
  // It serves what was put in service before it began.
  const successor = [...pids].at(-1)
  await until(
    async () => (await askedWorker(gateway.url, 'id,added@skip(if:true)').catch(() => undefined)) === successor,
  )
  expect(await gateway.terminate()).toBe(0)
})

/** Sends an operation over a connection of its own. Returns the worker that answered it. */
async function askedWorker(url: string, fields = 'id'): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const pid = await pidOf(url, agent)
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const [answer] = await once(get(`${url}/graphql?query={orders(first:1){${fields}}}`, { agent, headers }), 'response')
  expect(await json(answer)).toHaveProperty('data.orders')
  agent.destroy()
  return pid
}

/** Over a connection of its own, so that any worker may answer. */
async function pidOf(url: string, agent: Agent | false = false): Promise<number> {
  const request = get(`${url}/health/live`, { agent })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return ((await json(answer)) as { pid: number }).pid
}
