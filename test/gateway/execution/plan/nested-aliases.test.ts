/** Fields of one name that cannot be merged, below others of which the same is true. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { compare } from '../support/compare.ts'
import { type Federation, federate } from '../support/federation.ts'
import { servicesOf, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])`

const kiosk: Universe = {
  name: 'kiosk',
  services: {
    shelves: `${link}
      interface Item @key(fields: "id") { id: ID! peers: [Item] }
      interface Printed { id: ID! peers: [Item] pages: Int }
      type Book implements Item & Printed @key(fields: "id") { id: ID! peers: [Book!] pages: Int! }
      type Mag implements Item & Printed @key(fields: "id") { id: ID! peers: [Item] pages: Int }
      type Query { things: [Item] }`,
    stock: `${link}
      type Item @interfaceObject @key(fields: "id") { id: ID! stock: Int }
      type Query { stocked: [Item] }`,
  },
  createWorld() {
    const book: Record<string, unknown> = { __typename: 'Book', id: 'b', pages: 3, stock: 1 }
    const mag: Record<string, unknown> = { __typename: 'Mag', id: 'm', pages: null, stock: 2 }
    Object.assign(book, { peers: [book] })
    Object.assign(mag, { peers: [book, null, mag] })
    return { Query: { things: [book, mag], stocked: [mag, book] }, entities: [book, mag] as Thing[] }
  },
}

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(kiosk))
})
afterAll(() => federation.close())

test.each([
  '{ stocked { ... on Printed { peers { ... on Printed { pages } } } } }',
  '{ stocked { ... on Printed { peers { ... on Printed { peers { ... on Printed { pages } } pages } } pages } stock } }',
  '{ things { ... on Printed { a: peers { stock ... on Printed { pages } } peers { ... on Printed { a: pages } } } } }',
])('Services are asked validly: %s', async (query) => {
  for (const ask of [federation.askEngine, federation.askExactly])
    expect(await compare(kiosk, federation, { query, variables: {} }, { ask })).toEqual({
      valid: true,
      difference: '',
    })
})
