import { expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { keepConnected, SOCKET } from '../../../platform/redis/keep-connected.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

test('A client that is ended while it connects does not stay connected', async () => {
  const redis = await startRedis()
  const other = await createClient({ url: redis.url }).connect()
  const received = async () => Number(/total_connections_received:(\d+)/.exec(await other.info('stats'))?.[1])
  const before = await received()
  keepConnected(createClient({ url: redis.url, socket: SOCKET }), () => undefined)()
  await until(async () => (await received()) > before)
  await until(async () => /connected_clients:1\b/.test(await other.info('clients')))
  other.destroy()
  await redis.kill()
})

test('A client that is not greeted tries again, as often as it takes', async () => {
  const redis = await startRedis()
  redis.freeze()
  const client = createClient({ url: redis.url, socket: { ...SOCKET, socketTimeout: 50 } })
  let failures = 0
  client.on('error', () => {
    failures += 1
  })
  const disconnect = keepConnected(client, () => undefined)
  await until(() => failures === 2)
  redis.thaw()
  await until(() => client.isReady)
  expect(await client.ping()).toBe('PONG')
  disconnect()
  await redis.kill()
})
