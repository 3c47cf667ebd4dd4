/** Slow or dead receivers of one customer do not delay other customers. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type HttpListener, listen } from '../../../../platform/http/server/listen.ts'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { pauseOfEndpoint, usualRetries } from '../../../../subgraphs/banking/webhooks/backoff.ts'
import { claimDue, claimQuery, SLOTS, shareOf } from '../../../../subgraphs/banking/webhooks/claim.ts'
import { handOver } from '../../../../subgraphs/banking/webhooks/hand-over.ts'
import { startWebhooks } from '../../../../subgraphs/banking/webhooks/service.ts'
import { pauseEndpoint, removeEndpoint, reviveDelivery } from '../../../../subgraphs/banking/webhooks/store.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'
import { createBank, subjectOf, type TestBank } from '../support/bank.ts'

let bank: TestBank
const accounts = new Map<string, string>()
let payer: string
beforeAll(async () => {
  bank = await createBank()
  payer = await bank.open({ owner: 'payer', balance: 1_000_000n })
  for (const owner of ['busy', 'quiet', 'other']) accounts.set(owner, await bank.open({ owner }))
})
afterAll(() => bank.close())

/**
 * One host for all customers, as with a webhook provider: `/hang` never answers, `/fail` answers
 * 500.
 */
let host: HttpListener
const calls = new Map<string, number>()
let failing = true
beforeEach(async () => {
  calls.clear()
  failing = true
  host = await listen(
    (request, response) => {
      const path = request.url ?? ''
      calls.set(path, (calls.get(path) ?? 0) + 1)
      if (path !== '/hang') response.writeHead(path === '/fail' && failing ? 500 : 204).end()
    },
    { host: '127.0.0.1', port: 0 },
  )
})
afterEach(async () => {
  for (const { id } of await bank.database.webhookEndpoint.findMany()) await removeEndpoint(bank.database, id)
  await host.drain(0)
})

const register = async (customer: string, path: string): Promise<string> => {
  const endpoint = randomUUID()
  subjectOf(await bank.ask({ name: 'registerWebhook', endpoint, customer, url: `${host.url}${path}` }))
  return endpoint
}
const pay = (owner: string): Promise<string> =>
  bank.transfer({ from: payer, to: accounts.get(owner) ?? '', amount: 1n, reference: '' }).then(subjectOf)
const payOften = async (owner: string, times: number): Promise<void> => {
  await Promise.all(Array.from({ length: times }, () => pay(owner)))
  while (await handOver(bank.database));
}
const start = () => {
  const options = { database: bank.database, log, secret: 'the secret of the tests' }
  return startWebhooks({ ...options, allowPrivate: true, retries: usualRetries })
}

test("A delivery is made while another customer's endpoints on the same host leave all attempts waiting", async () => {
  const endpoints = await Promise.all(Array.from({ length: 10 }, () => register('busy', '/hang')))
  await register('quiet', '/well')
  await payOften('busy', 30)
  const webhooks = start()
  await until(() => calls.get('/hang') === shareOf(SLOTS))
  await pay('quiet')
  await until(() => calls.get('/well') === 1)
  const failed = await bank.database.webhookDelivery.count({
    where: { endpointId: { in: endpoints }, lastAttemptAt: { not: null } },
  })
  expect(failed).toBe(0)
  await host.drain(0)
  await webhooks.stop()
})

test('Slots rotate among customers, then among the endpoints of each', async () => {
  const [first, second] = [await register('busy', '/a'), await register('busy', '/b')]
  const lonely = await register('quiet', '/c')
  await payOften('busy', 50)
  await payOften('quiet', 2)
  // Attempts of another customer hold nearly all slots.
  const other = await register('other', '/d')
  const claimed = await claimDue(bank.database, new Map([[other, SLOTS - 3]]))
  const taken = Map.groupBy(claimed, ({ endpointId }) => endpointId)
  expect(claimed).toHaveLength(2)
  expect(taken.get(lonely)).toHaveLength(1)
  expect((taken.get(first) ?? taken.get(second))?.length).toBe(1)

  const more = await claimDue(bank.database, new Map())
  const counts = [first, second, lonely].map((id) => more.filter(({ endpointId }) => endpointId === id).length)
  expect(counts).toEqual([4, 4, 1])
})

test.each([SLOTS, 100, 9, 4, 3, 1])(
  'With %i free slots a customer gets a quarter at most, and at least one',
  (free) => {
    expect(shareOf(free)).toBe(Math.max(1, Math.floor(free / 4)))
  },
)

test('A failing endpoint is paused with all its deliveries, then tried with one, and once healthy gets them all', async () => {
  const endpoint = await register('busy', '/fail')
  await payOften('busy', 20)
  const webhooks = start()
  const paused = () => bank.database.webhookEndpoint.findUniqueOrThrow({ where: { id: endpoint } })
  const due = async () => (await claimDue(bank.database, new Map())).length
  await until(async () => (await paused()).pausedUntil !== null)
  await webhooks.stop()
  expect(calls.get('/fail')).toBe(4)
  expect(await paused()).toMatchObject({ failures: 1 })
  expect(await due()).toBe(0)

  await bank.database.$executeRaw`UPDATE webhook_endpoints SET paused_until = now() - interval '1 second'`
  const again = start()
  await until(async () => (await paused()).failures === 2)
  expect(calls.get('/fail')).toBe(5)
  failing = false
  await bank.database.$executeRaw`UPDATE webhook_endpoints SET paused_until = now() - interval '1 second'`
  // The five failed deliveries come later, at their own retry times.
  await until(
    async () =>
      (await bank.database.webhookDelivery.count({ where: { endpointId: endpoint, status: 'DELIVERED' } })) === 15,
  )
  expect(await paused()).toMatchObject({ failures: 0, pausedUntil: null })
  await again.stop()
})

test('A delivery that its owner revives is made at once, also where the endpoint is paused', async () => {
  const endpoint = await register('quiet', '/well')
  await payOften('quiet', 1)
  const [delivery] = await bank.database.webhookDelivery.findMany({ where: { endpointId: endpoint } })
  await pauseEndpoint(bank.database, endpoint, 60_000)
  await bank.database
    .$executeRaw`UPDATE webhook_deliveries SET status = 'DEAD', next_attempt_at = NULL WHERE endpoint_id = ${endpoint}::uuid`
  await reviveDelivery(bank.database, endpoint, delivery?.sequence ?? 0n)
  const webhooks = start()
  await until(() => calls.get('/well') === 1)
  await webhooks.stop()
})

test('The pause of an endpoint grows with its failures to five minutes', () => {
  const pauses = [1, 2, 3, 4, 5, 1_000].map((failures) => pauseOfEndpoint(failures, usualRetries, 0))
  expect(pauses).toEqual([5_000, 20_000, 80_000, 300_000, 300_000, 300_000])
})

test("A claim does not read the backlog of a paused endpoint, nor more of another's than it may take", async () => {
  for (const [customer, path] of [
    ['busy', '/a'],
    ['quiet', '/b'],
  ] as const) {
    const endpoint = await register(customer, path)
    await bank.database.$executeRaw`
      INSERT INTO webhook_deliveries (endpoint_id, sequence, next_attempt_at)
      SELECT ${endpoint}::uuid, n, now() - interval '1 hour' FROM generate_series(1000001, 1020000) n`
    if (customer === 'busy') await pauseEndpoint(bank.database, endpoint, 60_000)
  }
  await bank.database.$executeRaw`ANALYZE webhook_deliveries`
  const [row] = await bank.database.$queryRaw<[{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }]>(
    Prisma.sql`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${claimQuery(new Map())}`,
  )
  const [{ Plan: plan }] = row['QUERY PLAN']
  // The backlogs take some 300 pages each.
  expect((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)).toBeLessThan(250)
})
