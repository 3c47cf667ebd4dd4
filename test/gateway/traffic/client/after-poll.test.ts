import { expect, test } from '@jest/globals'
import { afterNextPoll } from '../../../../gateway/traffic/client/after-poll.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('A resting connection is released after the next event loop poll, however much is added meanwhile', async () => {
  const released: number[] = []
  const rest = afterNextPoll<number>((item) => void released.push(item))
  rest(1)
  rest(2)
  await turn()
  expect(released).toEqual([])
  rest(3)
  await turn()
  expect(released).toEqual([1, 2])
  await turn()
  expect(released).toEqual([1, 2, 3])
})
