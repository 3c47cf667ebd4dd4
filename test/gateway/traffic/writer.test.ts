import { afterEach, expect, test } from '@jest/globals'
import { stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import { createTrafficMetrics } from '../../../gateway/traffic/metrics.ts'
import { closeInstance, openInstance } from '../../../gateway/traffic/open-instance.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { hearWriter } from '../../../gateway/traffic/writer.ts'
import { Registry } from '../../../platform/process/prometheus.ts'
import { CALL_HEADER } from '../../../platform/protocol/signature.ts'
import { WRITER_HEADER } from '../../../platform/protocol/writer.ts'
import { until } from '../../support/until.ts'
import { callOf, startUpstream, trafficTo, type Upstream } from '../../support/upstream.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface TestInstance extends Upstream {
  /** Its claim to be the writer; undefined: it claims nothing. */
  says: 'yes' | 'no' | undefined
  /** Answers to operations wait for this. */
  hold: Promise<void>
  mutations: number
  queries: number
}

async function startInstance(says: TestInstance['says']): Promise<TestInstance> {
  const upstream = await startUpstream(async ({ request, response, body }) => {
    const isHealth = request.url === '/health/ready'
    if (!isHealth) {
      if (body === MUTATION) instance.mutations += 1
      else instance.queries += 1
      await instance.hold
    }
    const id = request.headers[CALL_HEADER]
    if (id !== undefined) response.setHeader(CALL_HEADER, id)
    if (instance.says !== undefined) response.setHeader(WRITER_HEADER, instance.says)
    return isHealth ? { pid: 1 } : { data: { ok: true } }
  })
  closing.push(upstream.stop)
  const instance: TestInstance = Object.assign(upstream, {
    says,
    hold: Promise.resolve(),
    mutations: 0,
    queries: 0,
  })
  return instance
}

const startInstances = (...says: TestInstance['says'][]): Promise<TestInstance[]> =>
  Promise.all(says.map(startInstance))

function to(...parameters: Parameters<typeof trafficTo>): Traffic {
  const traffic = trafficTo(...parameters)
  closing.unshift(() => traffic.close())
  return traffic
}

const urls = (instances: readonly TestInstance[]): string[] => instances.map(({ url }) => url)
const MUTATION = '{"m":1}'
const query = (traffic: Traffic) => traffic.send(callOf('s', '{}'))
const mutate = (traffic: Traffic, idempotent = true) => traffic.send(callOf('s', MUTATION, { idempotent }, 'mutation'))

/** Sends queries until each instance has said whether it is the writer. */
async function acquaint(traffic: Traffic, instances: readonly TestInstance[]): Promise<void> {
  while (instances.some(({ queries }) => queries === 0)) await query(traffic)
}

/** Sends mutations one by one. Returns how many each instance got. */
async function mutations(traffic: Traffic, instances: readonly TestInstance[], count = 20): Promise<number[]> {
  const before = instances.map((instance) => instance.mutations)
  for (let n = 0; n < count; n += 1) await mutate(traffic)
  return instances.map((instance, at) => instance.mutations - (before[at] ?? 0))
}

test('Mutations go to the instance that says that it writes, and queries to all', async () => {
  const instances = await startInstances('no', 'yes', 'no')
  const traffic = to(stateful('s'), urls(instances))
  await acquaint(traffic, instances)
  expect(await mutations(traffic, instances)).toEqual([0, 20, 0])
  const before = instances.map(({ queries }) => queries)
  for (let n = 0; n < 200; n += 1) await query(traffic)
  expect(instances.every(({ queries }, at) => queries > (before[at] ?? 0))).toBe(true)
})

test('Where no instance says anything, mutations go to all', async () => {
  const instances = await startInstances(undefined, undefined)
  const traffic = to(stateful('s'), urls(instances))
  expect(Math.min(...(await mutations(traffic, instances, 200)))).toBeGreaterThan(0)
})

test('A stateless service has no writer, even if it claims one', async () => {
  const instances = await startInstances('yes', 'no')
  const traffic = to(stateless('s', { sharedCache: false, hedging: false, coalescing: false }), urls(instances))
  await acquaint(traffic, instances)
  expect(Math.min(...(await mutations(traffic, instances, 200)))).toBeGreaterThan(0)
})

test('The answer to a health request is enough to find the writer', async () => {
  const instances = await startInstances('no', 'no', 'yes')
  const traffic = to(stateful('s'), urls(instances), { ownServices: true })
  await until(() => traffic.status()[0]?.instances.every(({ pid }) => pid !== null))
  expect(await mutations(traffic, instances)).toEqual([0, 0, 20])
})

test('The last instance that claims to write gets mutations; one that denies it gets none', async () => {
  const [first, second] = (await startInstances('yes', 'no')) as [TestInstance, TestInstance]
  const traffic = to(stateful('s'), urls([first, second]))
  await acquaint(traffic, [first, second])
  second.says = 'yes'
  const { queries } = second
  while (second.queries === queries) await query(traffic)
  // The first still claims to write, but gets no requests meanwhile.
  expect(await mutations(traffic, [first, second])).toEqual([0, 20])
  ;[first.says, second.says] = ['yes', 'no']
  // One mutation goes to the wrong instance, whose answer names the writer.
  await mutate(traffic)
  while (first.mutations === 0) await mutate(traffic)
  expect(await mutations(traffic, [first, second])).toEqual([20, 0])
})

test('The first failed call ends the preference for a lost writer, and is sent again elsewhere', async () => {
  const instances = await startInstances('yes', ...Array.from({ length: 9 }, () => 'no' as const))
  const traffic = to(stateful('s'), urls(instances))
  await acquaint(traffic, instances)
  const [writer] = instances as [TestInstance]
  writer.answer = ({ request }) => {
    writer.mutations += 1
    request.socket.destroy()
  }
  for (let n = 0; n < 5; n += 1) await mutate(traffic)
  expect(writer.mutations).toBeGreaterThan(0)
  // It gets all five only if it is still preferred, or by chance once in ten thousand runs.
  expect(writer.mutations).toBeLessThan(5)
  expect(instances.reduce((sum, each) => sum + each.mutations, 0)).toBe(5 + writer.mutations)
})

test('A call that failed at the writer is retried elsewhere, although the instance claims again to write', async () => {
  const instances = await startInstances('yes', 'no')
  const traffic = to(stateful('s'), urls(instances))
  await acquaint(traffic, instances)
  const [writer, other] = instances as [TestInstance, TestInstance]
  const { answer } = writer
  writer.answer = (received) => {
    if (received.body !== MUTATION) return answer(received)
    writer.mutations += 1
    return void received.request.socket.destroy()
  }
  let isOver = false
  const sent = mutate(traffic).finally(() => {
    isOver = true
  })
  while (!isOver) await query(traffic)
  await sent
  expect([writer.mutations, other.mutations]).toEqual([1, 1])
})

test('The metrics show which instance mutations go to', async () => {
  const registry = new Registry()
  const options = { definition: stateful('s'), secret: undefined, isOurs: true }
  const instances = ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3'].map((each) =>
    openInstance(each, options),
  )
  closing.push(async () => void (await Promise.all(instances.map(closeInstance))))
  createTrafficMetrics(registry).watch([{ name: 's', kind: 'stateful', instances }])
  const shown = async () =>
    [...(await registry.metrics()).matchAll(/^tributary_instance_writer\{.*\} (\d)$/gm)].map(([, is]) => is)
  expect(await shown()).toEqual(['0', '0', '0'])
  for (const [at, says] of [
    ['yes', 'no', 'no'],
    ['no', 'yes', 'no'],
  ].entries()) {
    for (const [index, instance] of instances.entries())
      hearWriter(instance, { fields: new Map([[WRITER_HEADER, says[index] ?? '']]) })
    expect(await shown()).toEqual(at === 0 ? ['1', '0', '0'] : ['0', '1', '0'])
  }
})

test('Calls in flight are those of every configuration that is in use', async () => {
  const registry = new Registry()
  const metrics = createTrafficMetrics(registry)
  for (const inFlight of [2, 1]) {
    const options = { definition: stateful('s'), secret: undefined, isOurs: true }
    const instance = openInstance('http://127.0.0.1:1', options)
    closing.push(() => closeInstance(instance))
    instance.inFlight = inFlight
    metrics.watch([{ name: 's', kind: 'stateful', instances: [instance] }])
  }
  expect(await registry.metrics()).toMatch(/^tributary_instance_in_flight\{.*\} 3$/m)
})

test('A writer whose connections are all in use gets no more calls: the other instances forward them in batches', async () => {
  const [writer, other] = (await startInstances('yes', 'no')) as [TestInstance, TestInstance]
  const traffic = to(stateful('s', { concurrency: 4 }), urls([writer, other]))
  await acquaint(traffic, [writer, other])
  const { promise, resolve } = Promise.withResolvers<void>()
  writer.hold = promise
  const held = Array.from({ length: 4 }, () => mutate(traffic))
  await until(() => writer.mutations === 4)
  for (let n = 0; n < 3; n += 1) await mutate(traffic)
  expect([writer.mutations, other.mutations]).toEqual([4, 3])
  resolve()
  await Promise.all(held)
  expect(await mutations(traffic, [writer, other])).toEqual([20, 0])
})
