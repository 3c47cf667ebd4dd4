import { describe, expect, test } from '@jest/globals'
import { createFairQueue, type FairQueue } from '../../../platform/data/fair-queue.ts'

/**
 * Items are named after their callers: `a1` is a's. @param items the names, and weights other than
 * 1
 */
function queueOf(...items: readonly (string | readonly [string, number])[]): FairQueue<string> {
  const queue = createFairQueue<string>()
  for (const each of items) {
    const [item, weight] = typeof each === 'string' ? [each] : each
    queue.join(item.charAt(0), item, weight)
  }
  return queue
}

function drained(queue: FairQueue<string>): string[] {
  const items: string[] = []
  for (let item = queue.next(); item !== undefined; item = queue.next()) items.push(item)
  return items
}

test('Callers are served in turn, and the items of each in order', () => {
  expect(drained(queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('A new caller is served after one turn of each waiting caller', () => {
  const queue = queueOf('a1', 'a2', 'a3', 'b1', 'b2')
  expect(queue.next()).toBe('a1')
  queue.join('c', 'c1')
  expect(drained(queue)).toEqual(['b1', 'a2', 'c1', 'b2', 'a3'])
})

test('An empty queue gives nothing', () => {
  const queue = queueOf()
  expect(queue.next()).toBeUndefined()
  expect(queue.take(10)).toEqual([])
  expect(queue.takeFromLonger('a')).toBeUndefined()
})

test('Items and weights are counted in all and for each caller', () => {
  const queue = queueOf(['a1', 3], 'a2', ['b1', 2])
  expect([queue.size, queue.weight, queue.lengthOf('a'), queue.lengthOf('b'), queue.lengthOf('c')]).toEqual([
    3, 6, 2, 1, 0,
  ])
  queue.next()
  expect([queue.size, queue.weight, queue.lengthOf('a')]).toEqual([2, 3, 1])
  drained(queue)
  expect([queue.size, queue.weight, queue.lengthOf('a')]).toEqual([0, 0, 0])
})

test('An item that quits is removed once', () => {
  const queue = queueOf('a1', ['a2', 5], 'b1')
  queue.quit('a', 'a2')
  queue.quit('a', 'a2')
  queue.quit('a', 'b1')
  queue.quit('nobody', 'a1')
  expect([queue.size, queue.weight]).toEqual([2, 2])
  expect(drained(queue)).toEqual(['a1', 'b1'])
})

describe('batch', () => {
  test('Batches take turns too, and continue where the last one ended', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'b1', 'c1')
    expect(queue.take(2)).toEqual(['a1', 'b1'])
    expect(queue.take(2)).toEqual(['c1', 'a2'])
    expect(queue.take(2)).toEqual(['a3'])
  })

  test('A batch ends before the item that would exceed its weight, which starts the next', () => {
    const queue = queueOf(['a1', 2], ['b1', 3], 'c1')
    expect(queue.take(4)).toEqual(['a1'])
    expect(queue.take(4)).toEqual(['b1', 'c1'])
  })

  test('The first item of a batch may have any weight', () => {
    const queue = queueOf(['a1', 100], 'b1')
    expect(queue.take(4)).toEqual(['a1'])
    expect(queue.weight).toBe(1)
  })
})

test("The queue reports how many items precede a caller's next", () => {
  const queue = queueOf('a1', 'a2', 'a3', 'b1')
  for (const [caller, ahead] of [
    ['a', 4],
    ['b', 3],
    ['c', 2],
  ] as const) {
    expect(queue.ahead(caller)).toBe(ahead)
  }
})

test('The longest queue gives up its last item to a caller whose own is shorter by two', () => {
  const queue = queueOf('a1', 'a2', 'b1', 'b2', ['b3', 7], 'c1')
  expect(queue.takeFromLonger('b')).toBeUndefined()
  expect(queue.takeFromLonger('a')).toBeUndefined()
  expect(queue.takeFromLonger('c')).toBe('b3')
  expect(queue.weight).toBe(5)
  expect(queue.takeFromLonger('c')).toBeUndefined()
  expect(queue.takeFromLonger('d')).toBe('a2')
  expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'b2'])
})
