import { afterEach, expect, test } from '@jest/globals'
import { startWorker } from '../../../../subgraphs/banking/workers/worker.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'

let stop: () => Promise<void>
afterEach(() => stop())

test('A worker skips its rounds while another instance does the work', async () => {
  let rounds = 0
  let asked = 0
  let isElsewhere = true
  const worker = startWorker({
    name: 'test',
    log,
    pause: 1,
    async round() {
      rounds += 1
      return false
    },
    isElsewhere() {
      asked += 1
      return isElsewhere
    },
  })
  stop = worker.stop
  await until(() => asked > 5)
  expect(rounds).toBe(0)
  isElsewhere = false
  await until(() => rounds > 5)
  isElsewhere = true
  const before = { rounds, asked }
  await until(() => asked > before.asked + 5)
  expect(rounds).toBeLessThanOrEqual(before.rounds + 1)
})

test("A worker's failed round is repeated", async () => {
  let rounds = 0
  const worker = startWorker({
    name: 'test',
    log,
    pause: 1,
    async round() {
      rounds += 1
      throw new Error('away')
    },
  })
  stop = worker.stop
  await until(() => rounds > 2)
})
