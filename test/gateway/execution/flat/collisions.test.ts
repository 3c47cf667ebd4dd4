/** Entities whose representations have one hash. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Federation } from '../support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

/** Two ids whose representations have one hash. */
let ids: readonly [string, string]
let federation: Federation

beforeAll(async () => {
  // The seed of the hashes is secret: here it is 0.
  const random = jest.spyOn(Math, 'random').mockReturnValue(0)
  await import('../../../../gateway/execution/flat/representations.ts')
  random.mockRestore()
  const { hashFrom, rewindTo, writeText } = await import('../../../../gateway/execution/flat/write.ts')
  const found = new Map<number, string>()
  for (let number = 0; ids === undefined; number++) {
    const id = `item ${number * 7919}`
    rewindTo(0)
    writeText(`{"__typename":"Item","id":"${id}"}`)
    const hash = hashFrom(0, 0)
    const other = found.get(hash)
    if (other?.length === id.length) ids = [other, id]
    found.set(hash, id)
  }
  const { federate } = await import('../support/federation.ts')
  federation = await federate({
    shelves: {
      typeDefs: `${link} type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { items: () => [...ids, ...ids].map((id) => ({ id })) } },
    },
    prices: {
      typeDefs: `${link} type Item @key(fields: "id") { id: ID! price: String! }`,
      resolvers: { Item: { price: ({ id }: { id: string }) => `price of ${id}` } },
    },
  })
})
afterAll(() => federation.close())

test('are each asked for, and get their own answers', async () => {
  const { data } = await federation.ask('{ items { price } }')
  expect(data).toEqual({ items: [...ids, ...ids].map((id) => ({ price: `price of ${id}` })) })
  const [, call] = federation.calls
  expect(call?.variables['representations']).toEqual(ids.map((id) => ({ __typename: 'Item', id })))
})
