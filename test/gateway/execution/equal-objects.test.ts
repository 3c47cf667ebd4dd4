import { expect, test } from '@jest/globals'
import { federate, type TestService } from './support/federation.ts'

/**
 * Both parcels look alike to the shelf; only the scale knows that one is heavier, and only the
 * trade who made them.
 */
const shelf: TestService = {
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    type Query { parcels: [Parcel!]! }
    type Parcel @key(fields: "id") { id: ID! box: Box! @shareable wraps: [Maker!]! }
    type Box { colour: String! maker: Maker! }
    type Maker @key(fields: "id") { id: ID! rank: Int }`,
  resolvers: {
    Query: {
      parcels: () =>
        ['1', '2'].map((id) => ({
          id,
          box: { colour: 'red', maker: { id: '7' } },
          wraps: [{ id: '7' }, { id: '8' }, { id: '7' }],
        })),
    },
    Maker: { rank: ({ id }: { id: string }) => (id === '8' ? new Error('no rank') : 1) },
  },
}
const scale: TestService = {
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    type Parcel @key(fields: "id") { id: ID! box: Box! @shareable }
    type Box { grams: Int! }`,
  resolvers: { Parcel: { box: ({ id }: { id: string }) => ({ grams: Number(id) * 100 }) } },
}
const trade: TestService = {
  typeDefs: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Maker @key(fields: "id") { id: ID! name: String! }`,
  resolvers: { Maker: { name: ({ id }: { id: string }) => `maker ${id}` } },
}

test('Objects that are equal in one service are distinguished by the fields of another', async () => {
  const federation = await federate({ shelf, scale, trade })
  try {
    const { data, errors } = await federation.ask('{ parcels { box { colour grams maker { name } } } }')
    const box = (grams: number) => ({ box: { colour: 'red', grams, maker: { name: 'maker 7' } } })
    expect([data, errors]).toEqual([{ parcels: [box(100), box(200)] }, []])
  } finally {
    await federation.close()
  }
})

test('An error for one of several equal objects is reported at each place that has it, and nowhere else', async () => {
  const federation = await federate({ shelf, scale, trade })
  try {
    const { data, errors } = await federation.ask('{ parcels { wraps { rank name } } }')
    const wraps = [
      { rank: 1, name: 'maker 7' },
      { rank: null, name: 'maker 8' },
      { rank: 1, name: 'maker 7' },
    ]
    expect(data).toEqual({ parcels: [{ wraps }, { wraps }] })
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(['parcels.0.wraps.1.rank', 'parcels.1.wraps.1.rank'])
  } finally {
    await federation.close()
  }
})

test('The answer holds the right object at each place, though equal objects are asked for once', async () => {
  const federation = await federate({ shelf, scale, trade })
  try {
    const query = '{ parcels { id wraps { id maker: name } again: wraps { name } } }'
    const wraps = ['7', '8', '7'].map((id) => ({ id, maker: `maker ${id}` }))
    const again = ['7', '8', '7'].map((id) => ({ name: `maker ${id}` }))
    for (let time = 0; time < 2; time++) {
      const { data } = await federation.ask(query)
      expect(data).toEqual({ parcels: ['1', '2'].map((id) => ({ id, wraps, again })) })
    }
  } finally {
    await federation.close()
  }
})
