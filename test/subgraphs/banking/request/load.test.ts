import { expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { type Batch, byId, createLoad } from '../../../../subgraphs/banking/request/load.ts'

const database = {} as PrismaClient

/** A batch function that records its keys. */
function noted<Key>(): { readonly asked: (readonly Key[])[]; readonly batch: Batch<Key, string> } {
  const asked: (readonly Key[])[] = []
  return {
    asked,
    async batch(_database, keys) {
      asked.push(keys)
      return keys.map((key) => JSON.stringify(key, (_name, value) => (typeof value === 'bigint' ? `${value}` : value)))
    },
  }
}

test('Keys requested in one turn are read at once, and each key once', async () => {
  const load = createLoad(database)
  const { asked, batch } = noted<string>()
  expect(await Promise.all(['a', 'b', 'a'].map((key) => load(batch, key)))).toEqual(['"a"', '"b"', '"a"'])
  expect(await load(batch, 'b')).toBe('"b"')
  expect(asked).toEqual([['a', 'b']])
})

test('Different batches and different requests are read separately', async () => {
  const [one, other] = [noted<string>(), noted<string>()]
  const load = createLoad(database)
  await Promise.all([load(one.batch, 'a'), load(other.batch, 'a'), createLoad(database)(one.batch, 'a')])
  expect([one.asked, other.asked]).toEqual([[['a'], ['a']], [['a']]])
})

test('Composite keys are equal where all their fields are, amounts included', async () => {
  const load = createLoad(database)
  const { asked, batch } = noted<{ id: string; least: bigint }>()
  const keys = [1n, 2n, 1n].map((least) => ({ id: 'a', least }))
  await Promise.all(keys.map((key) => load(batch, key)))
  expect(asked).toEqual([keys.slice(0, 2)])
})

test('Rows come back in the order of their ids, and impossible ids are not queried', async () => {
  const asked: string[][] = []
  const rowById = byId(async (_database, ids) => {
    asked.push(ids)
    return [{ id: 'b' }, { id: 'a' }]
  })
  const load = createLoad(database)
  const rows = await Promise.all(['a', 'c', '\0', 'b'].map((id) => load(rowById, id)))
  expect(rows).toEqual([{ id: 'a' }, null, null, { id: 'b' }])
  expect(asked).toEqual([['a', 'c', 'b']])
})
