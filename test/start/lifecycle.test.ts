import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { descendantsOf, isAlive, killAll, processesIn } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { ask, pidOf, run, type System, startSystem } from './system.ts'

// The tests share one data folder: each continues with the system as the previous one left it.
let folder: TestFolder
let system: System
let authorization: string

beforeAll(async () => {
  folder = await makeDataFolder()
})
afterAll(async () => {
  killAll((await system?.processes()) ?? [])
  await folder.remove()
})

const authorizationOf = async (name: string): Promise<string> =>
  `Bearer ${await (await demoIdentity(folder.path)).sign(name)}`

const me = { query: '{ me { id } }' }
const bankAnswers = async (): Promise<boolean> => {
  const { data } = await ask(system, me, authorization)
  return data?.['me'] !== null
}

const allGone = async (pids: readonly number[]): Promise<void> => {
  for (const pid of pids) await until(async () => !(await isAlive(pid)))
}

interface Accounts {
  readonly me: { readonly accounts: { readonly edges: readonly { readonly node: Account }[] } }
}
interface Account {
  readonly id: string
  readonly number: string
  readonly currency: string
}

async function euroAccountOf(caller: string): Promise<Account> {
  const query = '{ me { accounts(first: 10) { edges { node { id number currency } } } } }'
  const { data } = await ask<Accounts>(system, { query }, caller)
  const found = data?.me.accounts.edges.find(({ node }) => node.currency === 'EUR')
  if (!found) throw new Error('The demo customer has no account in euros.')
  return found.node
}

const serverProcesses = (): Promise<number[]> => processesIn(`${folder.path}/postgres/cluster`)

test('A stop during the start exits cleanly and leaves nothing behind', async () => {
  const started = run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0' })
  await until(async () => (await serverProcesses()).length > 0)
  const children = await descendantsOf(started.pid)
  started.kill('SIGTERM')
  expect(await started.ended).toBe(0)
  expect(started.output()).not.toContain('ready http')
  for (const pid of children) expect(await isAlive(pid)).toBe(false)
  expect(await serverProcesses()).toEqual([])
})

test('After an interrupted start the next one succeeds', async () => {
  system = await startSystem(folder.path, { flags: ['--weather', '2'] })
  authorization = await authorizationOf('payer')
  expect(await bankAnswers()).toBe(true)
})

test('All three services answer the main query', async () => {
  const query = await readFile(new URL('../../gateway/operations/1-overview.graphql', import.meta.url), 'utf8')
  const { data, errors } = await ask(system, { query }, authorization)
  expect(errors).toBeUndefined()
  expect(data?.['me']).toMatchObject({ accounts: { edges: expect.arrayContaining([expect.anything()]) } })
})

test('Every instance reports its process', async () => {
  const services = await system.services()
  expect(services.map(({ name, kind, instances }) => [name, kind, instances.length])).toEqual([
    ['banking', 'stateful', 1],
    ['weather', 'stateless', 2],
    ['content', 'stateless', 1],
  ])
  const pids = services.flatMap(({ instances }) => instances.map(({ pid }) => pid))
  expect(new Set(pids).size).toBe(4)
  expect(await system.processes()).toEqual(expect.arrayContaining(pids))
})

test('A second start on the same data folder fails and says so in one line', async () => {
  const second = run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0' })
  expect(await second.ended).toBe(1)
  expect(second.output()).toBe(
    `Tributary already runs on ${folder.path}: stop it first, or set DATA_DIR to another folder.\n`,
  )
  expect(await bankAnswers()).toBe(true)
})

test('A killed service comes back at the same address', async () => {
  const before = (await system.services()).find(({ name }) => name === 'content')
  const killed = before?.instances[0]?.pid as number
  process.kill(killed, 'SIGKILL')
  await until(async () => {
    const pid = await pidOf(system, 'content')
    return pid !== undefined && pid !== killed
  })
  const after = (await system.services()).find(({ name }) => name === 'content')
  expect(after?.instances[0]?.url).toBe(before?.instances[0]?.url)
  const { data } = await ask(system, { query: '{ articles(first: 1) { edges { node { slug } } } }' })
  expect(data).toMatchObject({ articles: { edges: [{ node: { slug: expect.any(String) } }] } })
})

test('A killed database server comes back, and the bank continues in the same process', async () => {
  const banking = await pidOf(system, 'banking')
  const cluster = `${folder.path}/postgres/cluster`
  process.kill(Number.parseInt(await readFile(`${cluster}/postmaster.pid`, 'utf8'), 10), 'SIGKILL')
  await until(() => system.output().includes('database      died'))
  await until(bankAnswers)
  await until(async () => (await pidOf(system, 'banking')) === banking)
})

test('Acknowledged transfers survive killing all processes, and their keys replay them', async () => {
  const from = await euroAccountOf(authorization)
  const to = await euroAccountOf(await authorizationOf('payee'))
  const payment = { from: from.id, to: to.number, currency: 'EUR', amount: '1' }
  const input = { ...payment, idempotencyKey: 'before the kill' }
  const query = `mutation ($input: TransferInput!) {
    transfer(input: $input) { ... on TransferAccepted { replayed transfer { id status } } }
  }`
  const send = () => ask(system, { query, variables: { input } }, authorization)
  const processes = await system.processes()
  const first = await send()
  killAll(processes.reverse())
  expect(first).toEqual({
    data: { transfer: { replayed: false, transfer: { id: expect.any(String), status: 'POSTED' } } },
  })
  await system.ended

  system = await startSystem(folder.path)
  expect(await send()).toEqual({
    data: { transfer: { ...(first.data?.['transfer'] as object), replayed: true } },
  })
})

test('No child outlives a killed supervisor, and nothing hinders the next start', async () => {
  const processes = await system.processes()
  system.kill('SIGKILL')
  await allGone(processes)
  system = await startSystem(folder.path, { starter: 'npm' })
  expect(await bankAnswers()).toBe(true)
})

test('Ctrl-C stops the gateway first and the database last, leaves nothing behind and exits with 0', async () => {
  const processes = await system.processes()
  system.interrupt()
  expect(await system.ended).toBe(0)
  expect(system.output()).not.toContain('died')
  const stopped = [...system.output().matchAll(/^(\w+) +stopped$/gm)].map(([, label]) => label)
  expect(stopped[0]).toBe('gateway')
  expect(stopped.slice(1, -1).sort()).toEqual(['banking', 'content', 'identity', 'weather'])
  expect(stopped.at(-1)).toBe('database')
  for (const pid of processes) expect(await isAlive(pid)).toBe(false)
  expect(await serverProcesses()).toEqual([])
})
