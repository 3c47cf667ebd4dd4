/**
 * Events from a real database to real receivers: distributed once, delivered at least once, or
 * marked dead.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import type { RetryPolicy } from '../../../../subgraphs/banking/webhooks/backoff.ts'
import { createDeliveries } from '../../../../subgraphs/banking/webhooks/deliver.ts'
import { handOver } from '../../../../subgraphs/banking/webhooks/hand-over.ts'
import { type WebhookSender, webhookSender } from '../../../../subgraphs/banking/webhooks/send.ts'
import { type RunningWebhooks, startWebhooks } from '../../../../subgraphs/banking/webhooks/service.ts'
import { endpointSecrets } from '../../../../subgraphs/banking/webhooks/signing.ts'
import { readDeliveries, removeEndpoint, reviveDelivery } from '../../../../subgraphs/banking/webhooks/store.ts'
import { stopDates } from '../../../support/clock.ts'
import { connectTo } from '../../../support/database.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'
import { createBank, subjectOf, type TestBank } from '../support/bank.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const secret = 'the secret of the tests'
const secrets = endpointSecrets(secret)
const retries: RetryPolicy = { first: 1, factor: 1, longest: 1, attempts: 3 }

let bank: TestBank
let from: string
let to: string
beforeAll(async () => {
  bank = await createBank()
  from = await bank.open({ owner: 'sender', balance: 1_000_000n })
  to = await bank.open({ owner: 'receiver' })
})
afterAll(() => bank.close())

let receiver: Receiver
let sender: WebhookSender
const running: RunningWebhooks[] = []
beforeEach(async () => {
  receiver = await openReceiver()
  sender = webhookSender({ allowPrivate: true, timeout: 60_000 })
})
afterEach(async () => {
  for (const webhooks of running.splice(0)) await webhooks.stop()
  for (const { id } of await bank.database.webhookEndpoint.findMany()) await removeEndpoint(bank.database, id)
  await sender.close()
  await receiver.close()
})

const register = async (customerId = 'receiver'): Promise<string> => {
  const id = randomUUID()
  subjectOf(await bank.ask({ name: 'registerWebhook', endpoint: id, customer: customerId, url: receiver.url }))
  return id
}
const move = async (amount = 1n): Promise<string> =>
  subjectOf(await bank.transfer({ from, to, amount, reference: 'A gift' }))
const start = (): RunningWebhooks => {
  const webhooks = startWebhooks({
    database: bank.database,
    log,
    secret,
    allowPrivate: true,
    retries,
  })
  running.push(webhooks)
  return webhooks
}
const deliver = async (): Promise<void> => {
  const deliveries = createDeliveries({ database: bank.database, sender, secrets, retries, log })
  await deliveries.begin()
  await deliveries.idle()
}
/** Statements that wait for another transaction's lock. */
async function waitingStatements(): Promise<number> {
  const rows = await bank.database.$queryRaw<unknown[]>`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return rows.length
}
const deliveries = (endpointId: string) =>
  bank.database.webhookDelivery.findMany({ where: { endpointId }, orderBy: { sequence: 'asc' } })

describe('distribution', () => {
  test('Every event is written once for each webhook, however many instances distribute at the same time', async () => {
    const [mine, theirs] = [await register('receiver'), await register('sender')]
    const instances = Array.from({ length: 8 }, () => openDatabase({ url: bank.url, connections: 1 }))
    let isMoving = true
    const moving = Promise.all(Array.from({ length: 300 }, () => move())).finally(() => {
      isMoving = false
    })
    await Promise.all(
      instances.map(async (database) => {
        while (isMoving) await handOver(database)
        await database.$disconnect()
      }),
    )
    const ids = await moving
    await handOver(bank.database)
    const told = await deliveries(mine)
    expect(told.map(({ sequence }) => sequence.toString()).sort()).toEqual([...ids].sort())
    expect(await deliveries(theirs)).toHaveLength(300)
    const [below, above] = [told[9]?.sequence, told[3]?.sequence]
    const page = { endpointId: mine, status: null, limit: 4, below, above }
    const sequences = async (backwards: boolean) =>
      (await readDeliveries(bank.database, { ...page, backwards })).map(({ sequence }) => sequence)
    const between = told.slice(4, 9).map(({ sequence }) => sequence)
    expect(await sequences(true)).toEqual(between.slice(0, 4))
    expect(await sequences(false)).toEqual(between.toReversed().slice(0, 4))
  })

  test('Distribution from an earlier position repeats and changes no delivery', async () => {
    const mine = await register()
    const first = await move()
    await handOver(bank.database)
    await deliver()
    const second = await move()
    await handOver(bank.database)
    const before = await deliveries(mine)
    await bank.database.$executeRaw`UPDATE webhook_cursor SET last_sequence = 0`
    const third = await move()
    await handOver(bank.database)
    const after = await deliveries(mine)
    expect(after.map(({ sequence }) => sequence.toString())).toEqual([first, second, third])
    expect(after.slice(0, 2)).toEqual(before)
  })

  test('A webhook that is removed while its events are written gets none of them', async () => {
    const mine = await register()
    const sequence = BigInt(await move())
    // Another transaction blocks the distribution by a row that it then removes.
    const other = await connectTo(bank.url)
    try {
      await other.query('BEGIN')
      await other.query(
        'INSERT INTO webhook_deliveries (endpoint_id, sequence, next_attempt_at) VALUES ($1, $2, now())',
        [mine, sequence],
      )
      const handed = handOver(bank.database)
      await until(async () => (await waitingStatements()) === 1)
      let isRemoved = false
      const removed = removeEndpoint(bank.database, mine).then(() => {
        isRemoved = true
      })
      await until(async () => isRemoved || (await waitingStatements()) === 2)
      await other.query('ROLLBACK')
      await Promise.all([handed, removed])
    } finally {
      await other.end()
    }
    expect(await deliveries(mine)).toMatchObject([{ status: 'DEAD', lastError: 'webhook removed' }])
  })

  test('Events before a webhook, of other accounts and after its end are left out', async () => {
    await move()
    const mine = await register()
    const strangers = await register('nobody')
    const ids = [await move(), await move()]
    await handOver(bank.database)
    await removeEndpoint(bank.database, mine)
    await move()
    await handOver(bank.database)
    expect((await deliveries(mine)).map(({ sequence }) => sequence.toString())).toEqual(ids)
    expect(await deliveries(strangers)).toEqual([])
  })
})

describe('delivery', () => {
  test("A delivery is signed, and contains only events of its customer's accounts", async () => {
    const endpoint = await register()
    const transferId = await move(250n)
    await handOver(bank.database)
    await deliver()
    const [received] = receiver.received
    const payload = new Webhook(secrets(endpoint)).verify(received?.body ?? '', received?.headers ?? {})
    expect(payload).toEqual({
      id: `evt_${transferId}`,
      type: 'transfer.posted',
      timestamp: expect.stringMatching(/^\d{4}-/),
      data: { sequence: transferId, transferId, amount: '250', currency: 'EUR', debitAccount: null, creditAccount: to },
    })
    expect(await deliveries(endpoint)).toMatchObject([
      { status: 'DELIVERED', attempts: 1, lastStatus: 204, lastError: null, nextAttemptAt: null },
    ])
  })

  test('A failed delivery is retried, under the same id with the same body, until it is received', async () => {
    const endpoint = await register()
    receiver.answer = 500
    start()
    await move()
    await receiver.has(1)
    receiver.answer = 200
    await until(async () => (await deliveries(endpoint))[0]?.status === 'DELIVERED')
    const bodies = new Set(receiver.received.map(({ body }) => body))
    expect(bodies.size).toBe(1)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(receiver.received.length).toBeGreaterThanOrEqual(2)
  })

  test('A delivery is dead after the last attempt, listed with the reason, and can be revived', async () => {
    const endpoint = await register()
    receiver.answer = 503
    start()
    const id = await move()
    await until(async () => (await deliveries(endpoint))[0]?.status === 'DEAD')
    expect(receiver.received).toHaveLength(retries.attempts)
    expect(await deliveries(endpoint)).toMatchObject([{ attempts: 3, lastStatus: 503, lastError: 'status 503' }])
    receiver.answer = 200
    await reviveDelivery(bank.database, endpoint, BigInt(id))
    await until(async () => (await deliveries(endpoint))[0]?.status === 'DELIVERED')
  })

  test.each([
    ['behind', -3_600_000],
    ['ahead of', 3_600_000],
  ])(
    "An instance whose clock is an hour %s the database's dates its attempts, and pauses, as any other",
    async (_side, difference) => {
      const endpoint = await register()
      receiver.answer = 503
      const id = BigInt(await move())
      await handOver(bank.database)
      using dates = stopDates()
      dates.step(difference)
      const slow = { first: 60_000, factor: 1, longest: 60_000, attempts: 3 }
      const failing = createDeliveries({ database: bank.database, sender, secrets, retries: slow, log })
      await failing.begin()
      await failing.idle()
      const [clock] = await bank.database.$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM now())::int AS now`
      const sent = Number(receiver.received[0]?.headers['webhook-timestamp'])
      expect(Math.abs(sent - (clock?.now ?? 0))).toBeLessThan(300)
      const pauses = await bank.database.$queryRaw`
      SELECT next_attempt_at - now() BETWEEN '20 s' AND '61 s' AS delivery,
        paused_until - now() BETWEEN '20 s' AND '61 s' AS endpoint, last_attempt_at < now() + '1 s' AS attempted
      FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE e.id = ${endpoint}::uuid`
      expect(pauses).toEqual([{ delivery: true, endpoint: true, attempted: true }])
      await bank.database
        .$executeRaw`UPDATE webhook_deliveries SET status = 'DEAD', next_attempt_at = NULL WHERE endpoint_id = ${endpoint}::uuid`
      await reviveDelivery(bank.database, endpoint, id)
      receiver.answer = 200
      await until(async () => {
        await deliver()
        return (await deliveries(endpoint))[0]?.status === 'DELIVERED'
      })
    },
  )

  test('Several healthy instances make a delivery once', async () => {
    const endpoint = await register()
    for (let instance = 0; instance < 3; instance += 1) start()
    const ids = await Promise.all(Array.from({ length: 60 }, () => move()))
    await receiver.has(60)
    await until(async () => (await deliveries(endpoint)).every(({ status }) => status === 'DELIVERED'))
    const received = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(received.sort()).toEqual(ids.map((id) => `evt_${id}`).sort())
  })

  test('A delivery claimed by another instance is left to it', async () => {
    const endpoint = await register()
    await move()
    await handOver(bank.database)
    await bank.database.$transaction(async (other) => {
      await other.$queryRaw`SELECT sequence FROM webhook_deliveries WHERE endpoint_id = ${endpoint}::uuid FOR UPDATE`
      await deliver()
      expect(receiver.received).toEqual([])
    })
    await deliver()
    expect(receiver.received).toHaveLength(1)
  })

  test('A delivery whose instance died is made by another, once its claim has expired', async () => {
    const endpoint = await register()
    await move()
    await handOver(bank.database)
    // The state that an instance leaves if it is killed between claiming a delivery and sending it.
    await bank.database.$executeRaw`
      UPDATE webhook_deliveries SET attempts = 1, next_attempt_at = now() + interval '1 minute' WHERE endpoint_id = ${endpoint}::uuid`
    await deliver()
    expect(receiver.received).toHaveLength(0)
    // Not `now()`: the column rounds to milliseconds, which may be in the future.
    await bank.database.$executeRaw`
      UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 second' WHERE endpoint_id = ${endpoint}::uuid`
    await deliver()
    expect(receiver.received).toHaveLength(1)
    expect(await deliveries(endpoint)).toMatchObject([{ status: 'DELIVERED', attempts: 2 }])
  })

  test('A delivery to a removed webhook is not made', async () => {
    const endpoint = await register()
    await move()
    await handOver(bank.database)
    await removeEndpoint(bank.database, endpoint)
    await deliver()
    expect(receiver.received).toEqual([])
    expect(await deliveries(endpoint)).toMatchObject([{ status: 'DEAD', lastError: 'webhook removed' }])
  })

  test('A webhook that is removed while a delivery is revived has no pending delivery', async () => {
    const endpoint = await register()
    const sequence = BigInt(await move())
    await handOver(bank.database)
    await bank.database.webhookDelivery.updateMany({
      where: { endpointId: endpoint },
      data: { status: 'DEAD', nextAttemptAt: null },
    })
    const other = await connectTo(bank.url)
    try {
      await other.query('BEGIN')
      await other.query('SELECT FROM webhook_endpoints WHERE id = $1 FOR UPDATE', [endpoint])
      const removed = removeEndpoint(bank.database, endpoint)
      await until(async () => (await waitingStatements()) === 1)
      const revived = reviveDelivery(bank.database, endpoint, sequence)
      await until(async () => (await waitingStatements()) === 2)
      await other.query('ROLLBACK')
      await Promise.all([removed, revived])
    } finally {
      await other.end()
    }
    expect(await deliveries(endpoint)).toMatchObject([{ status: 'DEAD' }])
  })
})
