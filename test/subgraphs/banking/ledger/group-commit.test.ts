import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createGroupCommit } from '../../../../subgraphs/banking/ledger/group-commit.ts'

/** A commit that the test finishes. */
function manual(maxWeight = 100) {
  const batches: { items: readonly number[]; finish: (error?: Error) => void }[] = []
  const prepared: (readonly number[])[] = []
  const group = createGroupCommit<number, string, number>({
    callerOf: () => 'one',
    weightOf: () => 1,
    maxWeight,
    prepare: async (items) => {
      prepared.push(items)
      return items.join()
    },
    commit: (items, ready) =>
      new Promise((resolve, reject) => {
        expect(ready).toBe(items.join())
        batches.push({ items, finish: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))) })
      }),
  })
  return { group, batches, prepared }
}

const settle = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await turn()
}

test('A single item is committed at once, and items that come meanwhile form the next batch, in order', async () => {
  const { group, batches } = manual()
  const first = group.submit(1)
  await settle()
  const rest = [2, 3, 4].map((item) => group.submit(item))
  await settle()
  expect(batches.map(({ items }) => items)).toEqual([[1]])
  batches[0]?.finish()
  await settle()
  expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]])
  batches[1]?.finish()
  expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40])
})

test('One half of many items is prepared during the commit of the other', async () => {
  const { group, batches, prepared } = manual()
  const numbers = Array.from({ length: 20 }, (_, number) => number)
  const all = Promise.all(numbers.map((number) => group.submit(number)))
  await settle()
  expect(prepared).toEqual([numbers.slice(0, 10), numbers.slice(10)])
  expect(batches.map(({ items }) => items)).toEqual([numbers.slice(0, 10)])
  for (let at = 0; at < 2; at += 1) {
    batches[at]?.finish()
    await settle()
  }
  expect(await all).toEqual(numbers.map((number) => number * 10))
  expect(batches.flatMap(({ items }) => items)).toEqual(numbers)
})

test('Fewer items than are being committed wait for its end, and then form one batch', async () => {
  const { group, batches, prepared } = manual()
  const first = Promise.all(Array.from({ length: 8 }, (_, number) => group.submit(number)))
  await settle()
  const late = group.submit(8)
  await settle()
  const later = group.submit(9)
  await settle()
  expect(prepared).toHaveLength(1)
  batches[0]?.finish()
  await settle()
  expect(prepared[1]).toEqual([8, 9])
  batches[1]?.finish()
  await Promise.all([first, late, later])
})

test('Follow-up items of one batch share the next batch', async () => {
  const { group, batches } = manual()
  const again = async (item: number): Promise<number> => group.submit((await group.submit(item)) + 1)
  const both = Promise.all([again(1), again(2)])
  await settle()
  batches[0]?.finish()
  await settle()
  expect(batches[1]?.items).toEqual([11, 21])
  batches[1]?.finish()
  expect(await both).toEqual([110, 210])
})

test('A batch has no more items than its limit', async () => {
  const { group, batches } = manual(2)
  const all = Promise.all([1, 2, 3].map((item) => group.submit(item)))
  await settle()
  batches[0]?.finish()
  await settle()
  batches[1]?.finish()
  await all
  expect(batches.map(({ items }) => items)).toEqual([[1, 2], [3]])
})

test('A failed batch rejects its own items and none after it', async () => {
  const { group, batches } = manual()
  const first = group.submit(1)
  const failed = expect(first).rejects.toThrow('lost')
  await settle()
  batches[0]?.finish(new Error('lost'))
  await failed
  const second = group.submit(2)
  await settle()
  batches[1]?.finish()
  expect(await second).toBe(20)
  await group.idle()
})

interface Ask {
  readonly caller: string
  readonly weight: number
  readonly name: string
}

/** Commits everything, batch by batch; returns the items of each. */
async function batchesOf(asks: readonly Ask[], maxWeight: number): Promise<string[][]> {
  const batches: string[][] = []
  const group = createGroupCommit<Ask, null, null>({
    callerOf: ({ caller }) => caller,
    weightOf: ({ weight }) => weight,
    maxWeight,
    prepare: async () => null,
    async commit(items) {
      batches.push(items.map(({ name }) => name))
      await settle()
      return items.map(() => null)
    },
  })
  await Promise.all(asks.map((ask) => group.submit(ask)))
  return batches
}

test('A batch is limited by the weight of its items, and one that is too heavy goes alone', async () => {
  const heavy = (name: string, weight: number): Ask => ({ caller: 'one', weight, name })
  const asks = [heavy('a', 60), heavy('b', 60), heavy('c', 40), heavy('d', 250), heavy('e', 1)]
  expect(await batchesOf(asks, 100)).toEqual([['a'], ['b', 'c'], ['d'], ['e']])
})

test('One payment behind 160 heavy requests of another caller is in the second batch', async () => {
  const flood = Array.from({ length: 160 }, (_, at) => ({ caller: 'flood', weight: 1_000, name: `${at}` }))
  const batches = await batchesOf([...flood, { caller: 'payer', weight: 1, name: 'payment' }], 1_000)
  expect(batches.findIndex((names) => names.includes('payment'))).toBe(1)
  expect(batches.flat().filter((name) => name !== 'payment')).toEqual(flood.map(({ name }) => name))
})

test('Callers take turns in batches, and the items of one caller stay in order', async () => {
  const line = (caller: string, count: number): Ask[] =>
    Array.from({ length: count }, (_, at) => ({ caller, weight: 1, name: `${caller}${at}` }))
  const batches = await batchesOf([...line('a', 6), ...line('b', 1), ...line('c', 3)], 3)
  expect(batches).toEqual([['a0', 'b0', 'c0'], ['a1', 'c1', 'a2'], ['c2', 'a3', 'a4'], ['a5']])
})
