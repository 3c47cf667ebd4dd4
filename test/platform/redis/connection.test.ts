import { expect, test } from '@jest/globals'
import { connectRedis } from '../../../platform/redis/connection.ts'
import { stopClock } from '../../support/clock.ts'
import { openWay } from '../../support/cut-off.ts'
import { log } from '../../support/log.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

const TIMEOUT = 50 // milliseconds

test('A connection on which nothing is answered any more is replaced, and nothing is sent to it without end', async () => {
  const redis = await startRedis()
  const way = await openWay(Number(new URL(redis.url).port))
  using clock = stopClock()
  const connection = connectRedis(`redis://127.0.0.1:${way.port}`, TIMEOUT, 'nothing follows', log)
  const ask = () => connection.run('return ARGV[1]', [], ['here'])
  try {
    await until(async () => (await ask()) === 'here')
    way.cutOff()
    for (let second = 0; second < 10 && way.connections === 1; second++) {
      const answer = ask()
      await clock.step(1_100)
      expect(await answer).toBe(undefined)
    }
    await until(async () => {
      const answer = ask()
      await clock.step(10)
      return (await answer) === 'here'
    })
    expect(way.connections).toBe(2)
  } finally {
    connection.close()
    way.close()
    await redis.kill()
  }
})
