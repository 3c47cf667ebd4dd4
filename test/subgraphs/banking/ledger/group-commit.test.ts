import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createGroupCommit } from '../../../../subgraphs/banking/ledger/group-commit.ts'

/** A commit that is finished by hand. */
function manual(maxBatch = 100) {
  const batches: { items: readonly number[]; finish: (error?: Error) => void }[] = []
  const group = createGroupCommit<number, number>({
    maxBatch,
    commit: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, finish: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))) })
      }),
  })
  return { group, batches }
}

const settle = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await turn()
}

test('a lone item goes at once; what comes meanwhile is the next batch, in order', async () => {
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

test('whoever is woken by a batch and asks again shares the next', async () => {
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

test('a batch is no longer than it may be', async () => {
  const { group, batches } = manual(2)
  const all = Promise.all([1, 2, 3].map((item) => group.submit(item)))
  await settle()
  batches[0]?.finish()
  await settle()
  batches[1]?.finish()
  await all
  expect(batches.map(({ items }) => items)).toEqual([[1, 2], [3]])
})

test('a batch that fails rejects its own and none after it', async () => {
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
