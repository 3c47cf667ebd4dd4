import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { shareRequests } from '../../../../gateway/request/policies/shared-requests.ts'
import { connectRedis } from '../../../../platform/redis/connection.ts'
import { stopClock } from '../../../support/clock.ts'
import { log } from '../../../support/log.ts'
import { type RedisServer, startRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.kill())

test('A place in Redis is renewed while its request runs, and freed afterwards', async () => {
  using clock = stopClock()
  const connection = connectRedis(redis.url, 1_000, 'each counts alone', log)
  const requests = shareRequests(connection)
  const taken = await until(() => requests.take('somebody', 1))
  if (taken === 'full') throw new Error('Nobody else takes places here.')
  expect(await requests.take('somebody', 1)).toBe('full')
  const client = await createClient({ url: redis.url }).connect()
  const scores = async () =>
    (await client.zRangeWithScores('tributary:in-work:{somebody}', 0, -1)).map(({ score }) => score)
  const [first = 0] = await scores()
  await clock.step(3_000)
  await until(async () => ((await scores())[0] ?? 0) > first)
  expect(await scores()).toHaveLength(1)
  taken()
  await until(async () => (await scores()).length === 0)
  client.destroy()
  connection.close()
})

test("Places taken before Redis' clock was set back do not lock their caller out", async () => {
  const connection = connectRedis(redis.url, 1_000, 'each counts alone', log)
  const requests = shareRequests(connection)
  const client = await createClient({ url: redis.url }).connect()
  const hour = 3_600_000 // milliseconds
  await client.zAdd('tributary:in-work:{late}', { score: Date.now() + hour, value: 'of a gateway that died' })
  const taken = await until(() => requests.take('late', 1))
  expect(taken).toBeInstanceOf(Function)
  expect(await requests.take('late', 1)).toBe('full')
  client.destroy()
  connection.close()
})

test('Places whose end Redis did not tell in time do not lock their caller out', async () => {
  const connection = connectRedis(redis.url, 1_000, 'each counts alone', log)
  let state: 'well' | 'slow' | 'away' = 'well'
  const requests = shareRequests({
    ...connection,
    run(...asked) {
      const answer = state === 'away' ? undefined : connection.run(...asked)
      return state === 'slow' ? answer?.then(() => undefined) : answer
    },
  })
  const take = () => requests.take('hasty', 1)
  const taken = await until(take)
  if (taken === 'full') throw new Error('Nobody else takes places here.')
  state = 'away'
  taken()
  state = 'slow'
  expect(await take()).toBeUndefined()
  state = 'well'
  expect(await take()).toBeInstanceOf(Function)
  expect(await take()).toBe('full')
  connection.close()
})
