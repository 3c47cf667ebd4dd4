/** Webhooks through the service's own GraphQL: registration, events, lists, removal. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { query } from '../../../support/database.ts'
import { until } from '../../../support/until.ts'
import { startBanking, startSeededBanking, type TestService } from '../support/service.ts'
import { openReceiver, type Receiver } from './receiver.ts'

let service: TestService
let receiver: Receiver
beforeAll(async () => {
  service = await startSeededBanking({ WEBHOOKS_ALLOW_PRIVATE: 'true' })
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver.close()
  await service.stop()
})

const RESULT = `... on WebhookAccepted { replayed webhook { id url secret removedAt } } ... on Refusal { code }`
const register = async (as: string, input: object = {}, at = service) =>
  at.call(as, `mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) { ${RESULT} } }`, {
    input: { idempotencyKey: randomUUID(), url: receiver.url, ...input },
  })
const remove = async (as: string, webhookId: string) =>
  (
    await service.call(as, `mutation ($input: WebhookInput!) { removeWebhook(input: $input) { ${RESULT} } }`, {
      input: { idempotencyKey: randomUUID(), webhookId },
    })
  ).data.removeWebhook
const listed = async (as: string) =>
  (
    await service.call(
      as,
      '{ me { webhooks { id deliveries { edges { node { eventId status transfer { id } } } } } } }',
    )
  ).data.me.webhooks

async function transfer(): Promise<string> {
  const mine = await service.call('payer', '{ me { accounts { edges { node { id } } } } }')
  const theirs = await service.call('payee', '{ me { accounts { edges { node { number } } } } }')
  const { data } = await service.call(
    'payer',
    `mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { transfer { id } } } }`,
    {
      input: {
        idempotencyKey: randomUUID(),
        from: mine.data.me.accounts.edges[0].node.id,
        to: theirs.data.me.accounts.edges[0].node.number,
        amount: '100',
        currency: 'EUR',
      },
    },
  )
  return data.transfer.transfer.id
}

describe('webhook', () => {
  test('A webhook gets the events from its registration to its end', async () => {
    const { id, secret } = (await register('payee')).data.registerWebhook.webhook
    const transferId = await transfer()
    await until(() => receiver.received.some(({ headers }) => headers['webhook-id'] === `evt_${transferId}`))
    const received = receiver.received.find(({ headers }) => headers['webhook-id'] === `evt_${transferId}`)
    expect(new Webhook(secret).verify(received?.body ?? '', received?.headers ?? {})).toMatchObject({
      type: 'transfer.posted',
      data: { transferId, amount: '100' },
    })
    await until(async () => (await listed('payee'))[0].deliveries.edges[0]?.node.status === 'DELIVERED')
    expect(await listed('payee')).toEqual([
      {
        id,
        deliveries: {
          edges: [{ node: { eventId: `evt_${transferId}`, status: 'DELIVERED', transfer: { id: transferId } } }],
        },
      },
    ])
    expect((await remove('payee', id)).webhook.removedAt).toEqual(expect.any(String))
    expect(await listed('payee')).toEqual([])
  })

  test('A webhook is registered once under one key, with the same secret every time', async () => {
    const idempotencyKey = randomUUID()
    const [first, again] = [await register('payer', { idempotencyKey }), await register('payer', { idempotencyKey })]
    expect(again.data.registerWebhook).toEqual({ ...first.data.registerWebhook, replayed: true })
    expect(await listed('payer')).toHaveLength(1)
    const other = await register('payer', { idempotencyKey, url: `${receiver.url}/other` })
    expect(other.data.registerWebhook).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED' })
    await remove('payer', first.data.registerWebhook.webhook.id)
  })

  test('A foreign webhook is not found, not even by an officer', async () => {
    const { id } = (await register('payer')).data.registerWebhook.webhook
    expect(await remove('payee', id)).toEqual({ code: 'WEBHOOK_NOT_FOUND' })
    expect(await remove('officer', id)).toEqual({ code: 'WEBHOOK_NOT_FOUND' })
    expect(await remove('payer', 'nonsense')).toEqual({ code: 'WEBHOOK_NOT_FOUND' })
    await remove('payer', id)
  })

  test('A webhook goes to public addresses only, unless the service is configured otherwise', async () => {
    const careful = await startBanking(service.databaseUrl)
    for (const url of [
      receiver.url,
      'https://127.0.0.1/',
      'https://localhost/',
      'https://169.254.169.254/',
      'nonsense',
    ]) {
      const { errors } = await register('payer', { url }, careful)
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    }
    const { data } = await register('payer', { url: 'https://example.com/hook' }, careful)
    await remove('payer', data.registerWebhook.webhook.id)
    await careful.stop()
  })

  test('A customer has at most ten webhooks, however many are requested at once, on any instance', async () => {
    const other = await startBanking(service.databaseUrl, { WEBHOOKS_ALLOW_PRIVATE: 'true' })
    const keys = Array.from({ length: 30 }, () => randomUUID())
    const answers = await Promise.all(
      keys.map((idempotencyKey, at) => register('officer', { idempotencyKey }, at % 2 === 0 ? service : other)),
    )
    await other.stop()
    const results = answers.map(({ data }) => data.registerWebhook)
    const made = results.filter(({ webhook }) => webhook)
    expect(made).toHaveLength(10)
    expect(results.filter(({ code }) => code === 'LIMIT_EXCEEDED')).toHaveLength(20)
    const again = await register('officer', { idempotencyKey: keys[results.indexOf(made[0])] })
    expect(again.data.registerWebhook).toEqual({ ...made[0], replayed: true })
    await remove('officer', made[0].webhook.id)
    made[0] = (await register('officer')).data.registerWebhook
    expect((await register('officer')).data.registerWebhook).toEqual({ code: 'LIMIT_EXCEEDED' })
    for (const { webhook } of made) await remove('officer', webhook.id)
  })

  test('An unknown delivery cannot be retried', async () => {
    const { id } = (await register('payer')).data.registerWebhook.webhook
    const retry = async (eventId: string) =>
      (
        await service.call(
          'payer',
          `mutation ($input: RetryWebhookDeliveryInput!) { retryWebhookDelivery(input: $input) { ${RESULT} } }`,
          { input: { idempotencyKey: randomUUID(), webhookId: id, eventId } },
        )
      ).data.retryWebhookDelivery
    expect(await retry('evt_1')).toEqual({ code: 'DELIVERY_NOT_FOUND' })
    expect(await retry('nonsense')).toEqual({ code: 'DELIVERY_NOT_FOUND' })
    await remove('payer', id)
  })

  test('A retry that was refused stays refused under its key when the delivery exists', async () => {
    const { id } = (await register('payer')).data.registerWebhook.webhook
    const retry = async (idempotencyKey: string) =>
      (
        await service.call(
          'payer',
          `mutation ($input: RetryWebhookDeliveryInput!) { retryWebhookDelivery(input: $input) {
            ... on WebhookAccepted { replayed webhook { id } } ... on Refusal { code replayed } } }`,
          { input: { idempotencyKey, webhookId: id, eventId: 'evt_1' } },
        )
      ).data.retryWebhookDelivery
    const key = randomUUID()
    expect(await retry(key)).toEqual({ code: 'DELIVERY_NOT_FOUND', replayed: false })
    await query(
      service.databaseUrl,
      `INSERT INTO webhook_deliveries (endpoint_id, sequence, status) VALUES ('${id}', 1, 'DELIVERED')`,
    )
    expect(await retry(key)).toEqual({ code: 'DELIVERY_NOT_FOUND', replayed: true })
    expect(await retry(randomUUID())).toEqual({ replayed: false, webhook: { id } })
    await remove('payer', id)
  })
})
