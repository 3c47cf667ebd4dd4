import { afterEach, expect, test } from '@jest/globals'
import { heavyTurn, waitingForTurn } from '../../../gateway/limits/heavy-turns.ts'

/** Names of pieces as they begin, and `|` for each new turn of the loop. */
let log: string[] = []
let isWatching = false

function watch(): void {
  log = []
  isWatching = true
  const tick = (): void => {
    if (!isWatching) return
    log.push('|')
    setImmediate(tick)
  }
  setImmediate(tick)
}
afterEach(() => {
  isWatching = false
})

function piece(caller: string, name: string): Promise<void> {
  const turn = heavyTurn(caller)
  if (turn) return turn.then(() => void log.push(name))
  log.push(name)
  return Promise.resolve()
}

const idle = async (): Promise<void> => {
  for (let n = 0; n < 5; n += 1) await new Promise(setImmediate)
}

test('The first piece of work starts at once, and each later one in an event loop turn of its own', async () => {
  await idle()
  // A timer starts it in the phase before sockets are read, not among immediates.
  await new Promise((resolve) => setTimeout(resolve, 1))
  watch()
  const pieces = ['1', '2', '3'].map((name) => piece('a', name))
  expect(log).toEqual(['1'])
  expect(waitingForTurn('a')).toBe(2)
  await Promise.all(pieces)
  // The loop polls for input between two immediates, once from the first to the second.
  expect(log.join('')).toMatch(/^1\|\|+2\|+3/)
  expect(waitingForTurn('a')).toBe(0)
})

test("Callers take turns: a piece of work waits for only one piece of another caller's flood", async () => {
  await idle()
  watch()
  const flood = ['1', '2', '3', '4'].map((name) => piece('a', name))
  const other = piece('b', 'b')
  await Promise.all([...flood, other])
  expect(log.filter((each) => each !== '|')).toEqual(['1', '2', 'b', '3', '4'])
})

test('An unused turn is free for the next caller', async () => {
  await piece('a', '1')
  await idle()
  expect(heavyTurn('a')).toBeUndefined()
})
