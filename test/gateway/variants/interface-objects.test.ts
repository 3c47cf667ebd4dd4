/** Interface objects (`@interfaceObject`) in a variant that hides some implementing types. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { post, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@interfaceObject"])`

const thingOf = ({ id }: { id: string }) => ({ __typename: id === '2' ? 'Secret' : 'Toy', id, name: `name ${id}` })

const things = {
  sdl: `${LINK}
    type Query { things: [Thing] }
    interface Thing @key(fields: "id") { id: ID! name: String! }
    type Toy implements Thing @key(fields: "id") { id: ID! name: String! }
    type Secret implements Thing @key(fields: "id") @tag(name: "internal") { id: ID! name: String! }
  `,
  resolvers: {
    Query: { things: () => [{ id: '1' }, { id: '2' }].map(thingOf) },
    Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename, __resolveReference: thingOf },
    Toy: { __resolveReference: thingOf },
    Secret: { __resolveReference: thingOf },
  },
}

const ratings = {
  sdl: `${LINK}
    type Query { rated: [Thing] }
    type Thing @key(fields: "id") @interfaceObject { id: ID! rating: Int }
  `,
  resolvers: {
    Query: { rated: () => [{ id: '1' }, { id: '2' }] },
    Thing: { rating: ({ id }: { id: string }) => Number(id) },
  },
}

let services: readonly TestSubgraph[]
let gateway: TestGateway
beforeAll(async () => {
  services = await Promise.all([startSubgraph(things as never), startSubgraph(ratings as never)])
  const [one, two] = services as [TestSubgraph, TestSubgraph]
  gateway = await startTestGateway({
    services: [
      { name: 'things', sdl: things.sdl, url: one.url },
      { name: 'ratings', sdl: ratings.sdl, url: two.url },
    ],
    env: { VARIANTS: JSON.stringify({ open: { exclude: ['internal'] } }) },
  })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(services.map((service) => service.close()))
})

test.each([
  ['{ rated { rating } }', [{ rating: 1 }, { rating: 2 }]],
  ['{ rated { ... { rating } } }', [{ rating: 1 }, { rating: 2 }]],
  ['{ rated { id name } }', [1, 2].map((id) => ({ id: `${id}`, name: `name ${id}` }))],
  ['{ things { rating } }', [{ rating: 1 }, { rating: 2 }]],
])('%s gives no object of a hidden type, whichever service is asked', async (query, all) => {
  const [root = ''] = /\w+/.exec(query) ?? []
  const whole = await post(`${gateway.url}/graphql`, query)
  expect(whole.data[root]).toEqual(all)
  const { data, errors } = await post(`${gateway.url}/graphql/open`, query)
  expect(data[root]).toEqual([all[0], null])
  expect(errors).toMatchObject([{ path: [root, 1], extensions: { code: 'INTERNAL' } }])
})
