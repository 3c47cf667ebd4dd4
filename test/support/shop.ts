/**
 * Two small services, one of each kind: orders belong to a caller (stateful), items are public
 * (stateless).
 */
import { startSubgraph, type TestSubgraph } from './subgraph.ts'

export const ordersSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { orders(first: Int = 3): [Order!]! order(id: ID!): Order whoAmI: String secretFault: String refused: String }
  type Mutation { buy(input: BuyInput!): Order! touch: Int! }
  input BuyInput { idempotencyKey: ID item: ID! }
  type Order @key(fields: "id") { id: ID! item: Item note: String }
  type Item @key(fields: "id", resolvable: false) { id: ID! }
`

export const itemsSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  type Query { item(id: ID!): Item @cacheControl(maxAge: 60) items(first: Int = 10): [Item!]! @cacheControl(maxAge: 60) clock: String }
  type Item @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String! stock: Int @cacheControl(maxAge: 0) }
`

export interface Shop {
  readonly orders: TestSubgraph
  readonly items: TestSubgraph
  /** Keys of the purchases that were made. */
  readonly bought: readonly string[]
  /** The `services` option of `startTestGateway`. */
  readonly services: readonly { readonly name: string; readonly sdl: string; readonly url: string }[]
  close(): Promise<void>
}

export async function startShop(): Promise<Shop> {
  const bought: string[] = []
  const order = (id: string) => ({ id, item: { id: `i${id}` }, note: `note ${id}` })
  const item = (id: string) => ({ id, name: `item ${id}`, stock: 7 })
  const orders = await startSubgraph({
    sdl: ordersSdl,
    resolvers: {
      Query: {
        orders: (_: unknown, { first }: { first: number }) => Array.from({ length: first }, (_, n) => order(String(n))),
        order: (_: unknown, { id }: { id: string }) => order(id),
        whoAmI: () => 'somebody',
        secretFault: () => {
          throw new Error('connect ECONNREFUSED 10.0.0.7:5432 SELECT * FROM secrets')
        },
        refused: () => {
          throw Object.assign(new Error('Not for you.'), { extensions: { code: 'FORBIDDEN', internal: 'x' } })
        },
      },
      Mutation: {
        buy: (_: unknown, { input }: { input: { idempotencyKey?: string; item: string } }) => {
          const key = input.idempotencyKey ?? `unkeyed ${bought.length}`
          if (!bought.includes(key)) bought.push(key)
          return order(input.item)
        },
        touch: () => bought.push('touched'),
      },
    },
  })
  const items = await startSubgraph({
    sdl: itemsSdl,
    resolvers: {
      Query: {
        item: (_: unknown, { id }: { id: string }) => item(id),
        items: (_: unknown, { first }: { first: number }) => Array.from({ length: first }, (_, n) => item(`i${n}`)),
        clock: () => new Date().toISOString(),
      },
      Item: { __resolveReference: ({ id }: { id: string }) => item(id) },
    },
  })
  return {
    orders,
    items,
    bought,
    services: [
      { name: 'orders', sdl: ordersSdl, url: orders.url },
      { name: 'items', sdl: itemsSdl, url: items.url },
    ],
    close: async () => {
      await Promise.all([orders.close(), items.close()])
    },
  }
}
