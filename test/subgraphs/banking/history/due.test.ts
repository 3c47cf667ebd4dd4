/**
 * Due work is done once, although three instances find it at the same time, two of them without
 * elections, and are killed while they do it.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { verifyLedger } from '../../../../subgraphs/banking/audit/verify.ts'
import { signedCall } from '../../../support/signed-call.ts'
import { until } from '../../../support/until.ts'
import { customer, openBank, subjectOf, type TestBank } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { type Cluster, startCluster } from './cluster.ts'

const INSTANCES = 3
const SCHEDULES = 40
const DAYS = 6
const HOLDS = 60
const OWNER = 'payer'

let cluster: Cluster
let bank: TestBank
let database: PrismaClient
let from: string
let to: string

beforeAll(async () => {
  // With elections only the writer would look for due work.
  cluster = await startCluster(INSTANCES, { unelected: INSTANCES - 1 })
  bank = openBank(cluster.databaseUrl)
  database = bank.database
  from = await bank.open({ owner: OWNER, balance: 1_000_000n })
  to = await bank.open({ owner: 'payee' })
})
afterAll(async () => {
  expect(await brokenInvariants(database)).toEqual([])
  expect(await verifyLedger(database)).toMatchObject({ sound: true })
  await bank.close()
  await cluster.stop()
})

/**
 * Kills one instance after the other with SIGKILL until `done`. Resolves to the number of kills.
 */
async function killUntil(done: () => Promise<boolean>): Promise<number> {
  let kills = 0
  const deadline = Date.now() + 120_000
  while (!(await done()) && Date.now() < deadline) {
    await cluster.killInstance(kills % INSTANCES)
    kills += 1
  }
  return kills
}

const dayOf = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

test('A day of a schedule runs once', async () => {
  const order = { from, to, amount: 1n, currency: 'EUR', reference: null, frequency: 'DAILY', until: null } as const
  const ids = await Promise.all(
    Array.from({ length: SCHEDULES }, async () => {
      const scheduleId = randomUUID()
      const command = { name: 'scheduleTransfer', scheduleId, ...order, firstOn: dayOf(1) } as const
      return subjectOf(await bank.ask(command, { actor: customer(OWNER) }))
    }),
  )
  // As if the bank had been down for days.
  const first = new Date(dayOf(1 - DAYS))
  await database.schedule.updateMany({ data: { firstOn: first, nextOn: first } })
  const caughtUp = async (): Promise<boolean> =>
    (await database.schedule.count({ where: { nextOn: { lte: new Date() } } })) === 0
  expect(await killUntil(caughtUp)).toBeGreaterThan(0)

  const runs = await database.scheduleRun.findMany({ orderBy: [{ scheduleId: 'asc' }, { dueOn: 'asc' }] })
  const days = Array.from({ length: DAYS }, (_, at) => dayOf(1 - DAYS + at))
  expect(runs.map(({ scheduleId, dueOn }) => `${scheduleId} ${dueOn.toISOString().slice(0, 10)}`)).toEqual(
    ids.sort().flatMap((id) => days.map((day) => `${id} ${day}`)),
  )
  expect(new Set(runs.map(({ transferId }) => transferId)).size).toBe(SCHEDULES * DAYS)
  expect(await database.transfer.count({ where: { kind: 'SCHEDULED' } })).toBe(SCHEDULES * DAYS)
})

test('A hold captured at its expiry is either captured or expired', async () => {
  const place = (expiresInSeconds: number): Promise<string[]> =>
    Promise.all(
      Array.from({ length: HOLDS }, async () => {
        const command = { name: 'holdFunds', from, to, amount: 5n, currency: 'EUR', reference: null } as const
        return subjectOf(await bank.ask({ ...command, expiresInSeconds }, { actor: customer(OWNER) }))
      }),
    )
  /** Retries with one key until an instance answers, even if some are killed meanwhile. */
  const capture = async (transferId: string, instance: number): Promise<string> => {
    const query = `mutation ($input: CaptureHoldInput!) { done: captureHold(input: $input) { __typename ... on Refusal { code } } }`
    const call = {
      query,
      variables: { input: { idempotencyKey: `capture ${transferId}`, transferId } },
      authorization: cluster.authorization,
    }
    for (let attempt = instance; ; attempt += 1) {
      const url = cluster.url(attempt % INSTANCES)
      const answer = url === undefined ? undefined : await signedCall(url, call).catch(() => undefined)
      if (answer?.data?.done) return answer.data.done.code ?? 'CAPTURED'
      await sleep(20)
    }
  }
  /** Spreads the captures around the moment at which all holds expire. */
  const captureAll = async (ids: readonly string[], seconds: number): Promise<string[]> => {
    const captured = Promise.all(
      ids.map(async (id, at) => {
        await sleep((at / HOLDS) * seconds * 1_500)
        return capture(id, at)
      }),
    )
    let answered = false
    captured.then(() => {
      answered = true
    })
    expect(await killUntil(async () => answered)).toBeGreaterThan(0)
    return captured
  }
  const holds: string[] = []
  const verdicts: string[] = []
  // A slow machine may begin after all have expired: the next round gives it more time.
  for (let seconds = 2; new Set(verdicts).size < 2 && seconds <= 32; seconds *= 2) {
    const placed = await place(seconds)
    holds.push(...placed)
    verdicts.push(...(await captureAll(placed, seconds)))
  }
  await until(async () => (await database.transfer.count({ where: { status: 'PENDING' } })) === 0)

  const rows = await database.transfer.findMany({ where: { kind: 'HOLD' }, orderBy: { id: 'asc' } })
  const statuses = new Map(rows.map(({ id, status }) => [id.toString(), status]))
  expect(holds.map((id) => statuses.get(id))).toEqual(
    verdicts.map((verdict) => (verdict === 'CAPTURED' ? 'POSTED' : 'EXPIRED')),
  )
  expect(new Set(verdicts)).toEqual(new Set(['CAPTURED', 'HOLD_ALREADY_RESOLVED']))
  const endings = await database.event.groupBy({
    by: ['transferId'],
    where: { kind: { in: ['HOLD_CAPTURED', 'HOLD_EXPIRED', 'HOLD_VOIDED'] } },
    _count: true,
  })
  expect(endings.map(({ _count }) => _count)).toEqual(holds.map(() => 1))
})
