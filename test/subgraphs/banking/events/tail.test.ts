/** The end of the outbox is read only while somebody follows it, and then nothing is missed. */
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
/** Resolves before each statement is sent. */
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

test('While nobody follows, the outbox is not read, however much is written', async () => {
  for (let count = 0; count < 10; count += 1) await bank.transfer({ from, to })
  // Longer than between two looks of its own.
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

test('Who follows while the end is being found misses nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  tail.follow()
  const change = tail.change([to], signal)
  await until(() => looks > 0)
  // Before the end is read: it is not after it.
  await bank.transfer({ from, to })
  resolve()
  await change
})

test('Who follows is woken by what happens to its account, and by nothing else', async () => {
  const other = await bank.open()
  // The first look wakes everybody.
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
