/** The end of the outbox is read only while somebody subscribes, and no event is missed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { startTail, type Tail } from '../../../../subgraphs/banking/events/tail.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'
import { createBank, type TestBank } from '../support/bank.ts'

let bank: TestBank
let tail: Tail
let from: string
let to: string
let looks: number
/** Each statement waits for it. */
let gate: Promise<unknown>
beforeEach(async () => {
  bank = await createBank()
  from = await bank.open({ balance: 100n })
  to = await bank.open()
  looks = 0
  gate = Promise.resolve()
  const database = new Proxy(bank.database, {
    get(target, name) {
      if (name !== '$queryRaw') return Reflect.get(target, name)
      return async (...asked: Parameters<PrismaClient['$queryRaw']>) => {
        looks += 1
        await gate
        return target.$queryRaw(...asked)
      }
    },
  })
  tail = startTail({ url: bank.url, database, log })
})
afterEach(async () => {
  await tail.stop()
  await bank.close()
})

const signal = new AbortController().signal

test('Without subscribers the outbox is not read, however much is written', async () => {
  for (let count = 0; count < 10; count += 1) await bank.transfer({ from, to })
  // Longer than the tail's polling interval.
  await sleep(2_500)
  expect(looks).toBe(0)
  const unfollow = tail.follow()
  await until(() => looks > 0)
  unfollow()
  await until(async () => {
    const before = looks
    await bank.transfer({ from, to })
    await sleep(50)
    return looks === before
  })
})

test('A subscriber that starts while the end is being read misses nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  tail.follow()
  const change = tail.change([to], signal)
  await until(() => looks > 0)
  // Written before the end is read, so it is not behind the end.
  await bank.transfer({ from, to })
  resolve()
  await change
})

test('A subscriber is woken by events of its account only', async () => {
  const other = await bank.open()
  // The first read wakes every subscriber.
  const first = tail.change([other], signal)
  tail.follow()
  await first
  let isWoken = false
  const change = tail.change([other], signal).then(() => {
    isWoken = true
  })
  const own = tail.change([to], signal)
  await bank.transfer({ from, to })
  await own
  expect(isWoken).toBe(false)
  await bank.transfer({ from, to: other })
  await change
})
