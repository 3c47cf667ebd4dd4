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

describe('an attempt', () => {
  test('posts the body with its headers, and any 2xx means delivered', async () => {
    expect(await sender.send(receiver.url, { 'webhook-id': 'evt_1' }, '{"a":1}')).toEqual({
      delivered: true,
      status: 204,
      error: null,
    })
    expect(receiver.received).toMatchObject([
      { body: '{"a":1}', headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' } },
    ])
  })

  test.each([400, 410, 500, 503])('answered with %i is not delivered', async (status) => {
    receiver.answer = status
    expect(await sender.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status, error: `status ${status}` })
  })

  test('follows no redirect', async () => {
    receiver.answer = 307
    expect(await sender.send(receiver.url, {}, '{}')).toMatchObject({ delivered: false, status: 307 })
    expect(receiver.received).toHaveLength(1)
  })

  test('gives up on a receiver that does not answer', async () => {
    receiver.answer = 'none'
    const hasty = webhookSender({ allowPrivate: true, timeout: 300 })
    expect(await hasty.send(receiver.url, {}, '{}')).toEqual({ delivered: false, status: null, error: 'timeout' })
    await hasty.close()
  })

  test('says so where nobody listens', async () => {
    const nobody = await listen(() => {}, { host: '127.0.0.1', port: 0 })
    await nobody.drain(0)
    expect(await sender.send(nobody.url, {}, '{}')).toEqual({
      delivered: false,
      status: null,
      error: 'connection failed',
    })
  })

  test('reads little of an answer without end, and takes its status', async () => {
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

describe('a sender that keeps to public addresses', () => {
  test('never reaches a receiver on loopback, by number or by name', async () => {
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
})
