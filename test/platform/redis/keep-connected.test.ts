import { expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { keepConnected, SOCKET } from '../../../platform/redis/keep-connected.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

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
