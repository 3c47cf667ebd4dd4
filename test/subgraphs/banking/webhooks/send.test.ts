import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listen } from '../../../../platform/http/server/listen.ts'
import { type WebhookSender, webhookSender } from '../../../../subgraphs/banking/webhooks/send.ts'
import { openReceiver, type Receiver } from './receiver.ts'

let receiver: Receiver
let sender: WebhookSender
beforeEach(async () => {
  receiver = await openReceiver()
  sender = webhookSender({ allowPrivate: true, timeout: 60_000 })
})
afterEach(async () => {
  await sender.close()
  await receiver.close()
})

describe('attempt', () => {
  test('An attempt posts the body with its headers, and any 2xx means delivered', async () => {
    expect(await sender.send(receiver.url, { 'webhook-id': 'evt_1' }, '{"a":1}')).toEqual({
      delivered: true,
      status: 204,
      error: null,
    })
    expect(receiver.received).toMatchObject([
      { body: '{"a":1}', headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' } },
    ])
  })

  test.each([400, 410, 500, 503])('An attempt answered with %i is not delivered', async (status) => {
    receiver.answer = status
    expect(await sender.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status, error: `status ${status}` })
  })

  test('An attempt follows no redirect', async () => {
    receiver.answer = 307
    expect(await sender.send(receiver.url, {}, '{}')).toMatchObject({ delivered: false, status: 307 })
    expect(receiver.received).toHaveLength(1)
  })

  test('An attempt times out where the receiver does not answer', async () => {
    receiver.answer = 'none'
    const hasty = webhookSender({ allowPrivate: true, timeout: 300 })
    expect(await hasty.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status: null, error: 'timeout' })
    await hasty.close()
  })

  test('An attempt reports a receiver that does not listen', async () => {
    const nobody = await listen(() => {}, { host: '127.0.0.1', port: 0 })
    await nobody.drain(0)
    expect(await sender.send(nobody.url, {}, '{}')).toEqual({
      delivered: false,
      status: null,
      error: 'connection failed',
    })
  })

  test('An attempt reads little of an endless answer, and takes its status', async () => {
    const endless = await listen(
      (_request, response) => {
        const more = setInterval(() => response.write(Buffer.alloc(8_192)), 1)
        response.once('close', () => clearInterval(more))
      },
      { host: '127.0.0.1', port: 0 },
    )
    expect(await sender.send(endless.url, {}, '{}')).toMatchObject({ delivered: true, status: 200 })
    await endless.drain(0)
  })
})

test('A receiver on loopback is never reached, by number or by name', async () => {
  const careful = webhookSender({ allowPrivate: false, timeout: 60_000 })
  const { port } = new URL(receiver.url)
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433']) {
    expect(await careful.send(`https://${host}:${port}/`, {}, '{}')).toEqual({
      delivered: false,
      status: null,
      error: 'address refused',
    })
  }
  await careful.close()
  expect(receiver.received).toEqual([])
})
