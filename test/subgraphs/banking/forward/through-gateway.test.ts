/**
 * Payments through a gateway that knows the writer go to it directly. Each is made once, even if
 * the writer hangs or dies before the gateway notices.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { demoIdentity } from '../../../../platform/protocol/demo-identity.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { accountNumber } from '../../../../subgraphs/banking/ledger/account-number.ts'
import { makeDataFolder, type TestFolder } from '../../../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import { ask } from '../../../support/gateway.ts'
import { type GatewayProcess, spawnGateway } from '../../../support/gateway-process.ts'
import { nowhere } from '../../../support/nowhere.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { until } from '../../../support/until.ts'
import { writerAddress } from '../history/era.ts'
import { endProcess, type Instance, startInstance } from '../history/instance.ts'
import { openBank, type TestBank } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'

const INSTANCES = 3
const CLIENTS = 8
/** Milliseconds. Until there is a successor payments fail, and the election needs the CPU. */
const RETRY = 150

let folder: TestFolder
let database: TestDatabase
let bank: TestBank
let from: string
let to: string
let instances: Instance[]
let gateway: GatewayProcess
let authorization: string
/** Ids of acknowledged transfers, by key. */
let paid: Map<string, string>

// The tests build on each other: the hanging instance resumes, and the killed one comes last.
beforeAll(async () => {
  folder = await makeDataFolder()
  database = await createDatabase('migrated')
  bank = openBank(database.url)
  from = await bank.open({ owner: 'payer', balance: 1_000_000n })
  to = accountNumber(await bank.open())
  paid = new Map()
  const common = { DATA_DIR: folder.path, GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' }
  const identity = await demoIdentity(folder.path)
  authorization = `Bearer ${await identity.sign('payer')}`
  const start = () => startInstance({ ...common, DATABASE_URL: database.url })
  instances = await Promise.all(Array.from({ length: INSTANCES }, start))
  gateway = await spawnGateway({
    ...common,
    PORT: '0',
    ADMIN_PORT: '0',
    ...nowhere,
    BANKING_URL: instances.map(({ url }) => url).join(),
  })
  await until(async () => (await instanceThatWrites()) !== undefined)
})
afterAll(async () => {
  await gateway.terminate()
  for (const { process } of instances) process.kill('SIGCONT')
  await Promise.all(instances.map(({ process }) => endProcess(process, 'SIGTERM')))
  await bank.close()
  await database.drop()
  await folder.remove()
})

async function instanceThatWrites(): Promise<Instance | undefined> {
  const address = await writerAddress(database.url)
  return instances.find(({ url }) => url === address)
}

const PAY = `mutation ($input: TransferInput!) {
  transfer(input: $input) { ... on TransferAccepted { transfer { id status } } ... on Refusal { code } }
}`

/** Sends one payment with the same key until it is acknowledged. */
async function pay(): Promise<void> {
  const key = randomUUID()
  const input = { idempotencyKey: key, from, to, amount: '1', currency: 'EUR' }
  for (;;) {
    const { data, errors } = await ask(gateway.url, { query: PAY, variables: { input } }, { authorization })
    const { transfer } = data?.transfer ?? {}
    if (transfer) return void paid.set(key, transfer.id)
    const code = errors?.[0]?.extensions['code']
    if (code !== 'SERVICE_UNAVAILABLE' && code !== 'SERVICE_TIMEOUT') throw new Error(JSON.stringify({ data, errors }))
    await sleep(RETRY)
  }
}

/** Several clients pay, each one payment at a time, until `ends` resolves. */
async function payUntil(ends: () => Promise<unknown>): Promise<void> {
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) await pay()
  })
  await ends().finally(() => {
    isOver = true
  })
  await Promise.all(clients)
}

const more = (count: number) => {
  const before = paid.size
  return until(() => paid.size >= before + count)
}

/** Batches that instances have forwarded to the writer. */
async function forwarded(): Promise<number> {
  const alive = instances.filter(({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null)
  const counts = alive.map(async ({ url }) => {
    const lines = (await (await fetch(`${url}/metrics`)).text()).matchAll(/^tributary_ledger_forwarded_\S+ (\d+)$/gm)
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

/**
 * Payments go directly to the writer once the gateway knows it: fifty in a row would not by chance.
 */
const expectNoDetours = () =>
  until(async () => {
    const before = await forwarded()
    await payUntil(() => more(50))
    return (await forwarded()) === before
  })

async function expectEachOnce(): Promise<void> {
  const rows = await bank.database.$queryRaw<{ key: string; subject: string }[]>`
    SELECT key, subject FROM operations WHERE name = 'transfer' AND actor = 'payer' AND refusal IS NULL`
  const made = rows.filter(({ key }) => paid.has(key))
  expect(new Map(made.map(({ key, subject }) => [key, subject]))).toEqual(paid)
  expect(made).toHaveLength(paid.size)
  expect(await brokenInvariants(bank.database)).toEqual([])
  expect(await verifyLedger(bank.database)).toMatchObject({ sound: true })
}

test('Payments of a hanging writer go to its successor, also after the writer resumes, each once', async () => {
  await expectNoDetours()
  const writer = (await instanceThatWrites()) as Instance
  await payUntil(async () => {
    await more(20)
    writer.process.kill('SIGSTOP')
    await until(async () => ![undefined, writer].includes(await instanceThatWrites()))
    await more(50)
    writer.process.kill('SIGCONT')
    await more(50)
  })
  await expectNoDetours()
  await expectEachOnce()
})

test('Payments go to the writer, and after its death to its successor, once each', async () => {
  await expectNoDetours()
  const writer = (await instanceThatWrites()) as Instance
  await payUntil(async () => {
    await more(20)
    await endProcess(writer.process, 'SIGKILL')
    await more(50)
    await until(async () => ![undefined, writer].includes(await instanceThatWrites()))
    await more(50)
  })
  await expectNoDetours()
  await expectEachOnce()
})
