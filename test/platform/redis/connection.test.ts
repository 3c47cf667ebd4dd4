import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { connectRedis } from '../../../platform/redis/connection.ts'
import { stopClock } from '../../support/clock.ts'
import { log } from '../../support/log.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

const TIMEOUT = 50 // milliseconds

test('A connection on which nothing is answered any more is replaced, and nothing is sent to it without end', async () => {
  const redis = await startRedis()
  const { port } = new URL(redis.url)
  let connections = 0
  let lost = false
  const proxy = createServer((socket) => {
    const isFirst = ++connections === 1
    const onward = connect(Number(port), '127.0.0.1')
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy())
    onward.on('error', () => socket.destroy())
    onward.pipe(socket)
    // A host that is cut off takes what it is sent, and answers nothing.
    socket.on('data', (data) => (isFirst && lost) || onward.write(data))
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  using clock = stopClock()
  const { port: through } = proxy.address() as AddressInfo
  const connection = connectRedis(`redis://127.0.0.1:${through}`, TIMEOUT, 'nothing follows', log)
  const ask = () => connection.run('return ARGV[1]', [], ['here'])
  try {
    await until(async () => (await ask()) === 'here')
    lost = true
    for (let second = 0; second < 10 && connections === 1; second++) {
      const answer = ask()
      await clock.step(1_100)
      expect(await answer).toBe(undefined)
    }
    await until(async () => {
      const answer = ask()
      await clock.step(10)
      return (await answer) === 'here'
    })
    expect(connections).toBe(2)
  } finally {
    connection.close()
    proxy.close()
    await redis.kill()
  }
})
