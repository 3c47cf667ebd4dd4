import { afterEach, expect, jest, test } from '@jest/globals'
import { queued } from '../../../gateway/traffic/queue.ts'
import { callOf } from '../../support/upstream.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

test('A call whose deadline has passed before it waits is aborted at once', async () => {
  const timers = jest.spyOn(globalThis, 'setTimeout')
  const step = queued(() => new Promise(() => undefined), { concurrency: 1, length: 9 })
  const work = { call: callOf('s', '{}', {}), deadline: performance.now() - 6_506, signal: undefined }
  void step(work)
  await expect(step(work)).rejects.toMatchObject({ kind: 'timeout' })
  // Node warns of a negative delay.
  expect(timers.mock.calls.map(([, delay]) => delay)).toEqual([1])
})
