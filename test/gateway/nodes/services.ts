/**
 * Three services with nodes: one for each caller, one for all, and one that extends another's
 * nodes. The last comes first by name, so that only `nodeId` decides who owns them.
 */
import { GraphQLScalarType } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { encodeNodeId } from '../../../platform/protocol/node-id.ts'
import type { ComposedService } from '../../support/gateway.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@tag"])'
const NODE = 'interface Node { nodeId: ID! }'

const sdls = {
  orders: `${LINK} ${NODE}
    type Query { orders: [Order!]! any: Node }
    type Order implements Node @key(fields: "id") { id: ID! nodeId: ID! note: String item: Item }
    type Item @key(fields: "sku, region", resolvable: false) { sku: ID! region: Int! }`,
  items: `${LINK} ${NODE}
    scalar Code
    type Query { items: [Item!]! }
    type Item implements Node @key(fields: "sku, region") @key(fields: "code") {
      sku: ID! region: Int! code: Code nodeId: ID! name: String! mark: String }
    type Tag implements Node @key(fields: "code") @tag(name: "internal") { code: Code! nodeId: ID! label: String }`,
  depot: `${LINK}
    type Query { total: Int }
    type Item @key(fields: "region sku") { sku: ID! region: Int! left: Int }`,
}

export interface NodeServices {
  readonly subgraphs: Readonly<Record<keyof typeof sdls, TestSubgraph>>
  readonly services: readonly ComposedService[]
  close(): Promise<void>
}

export const orderId = (id: string): string => encodeNodeId('Order', [id])
export const itemId = (sku: string, region: number): string => encodeNodeId('Item', [sku, region])
export const tagId = (code: number): string => encodeNodeId('Tag', [code])

interface ItemKey {
  readonly sku: string
  readonly region: number
}

export async function startNodeServices(): Promise<NodeServices> {
  const order = (id: string) => ({ id, nodeId: orderId(id), item: { sku: `s${id}`, region: 1 } })
  const item = ({ sku, region }: ItemKey) => ({
    sku,
    region,
    nodeId: itemId(sku, region),
    name: `item ${sku}/${region}`,
  })
  const orders = await startSubgraph({
    sdl: sdls.orders,
    resolvers: {
      Query: { orders: () => [order('1')], any: () => ({ __typename: 'Order', ...order('1') }) },
      Order: {
        __resolveReference: ({ id }: { id: string }) => {
          if (id === 'locked') throw codedError('FORBIDDEN', 'Not for you.')
          if (id === 'broken') throw new Error('SELECT * FROM secrets')
          return id === 'none' ? null : order(id)
        },
      },
    },
  })
  const items = await startSubgraph({
    sdl: sdls.items,
    resolvers: {
      Code: new GraphQLScalarType({ name: 'Code' }),
      Query: { items: () => [item({ sku: 's1', region: 1 })] },
      Item: { __resolveReference: (key: ItemKey) => (key.region > 9 ? null : item(key)) },
      Tag: {
        __resolveReference: ({ code }: { code: number }) => ({ code, nodeId: tagId(code), label: `tag ${code}` }),
      },
    },
  })
  const depot = await startSubgraph({
    sdl: sdls.depot,
    resolvers: { Item: { __resolveReference: (key: ItemKey) => ({ ...key, left: 7 }) } },
  })
  const subgraphs = { orders, items, depot }
  return {
    subgraphs,
    services: (['orders', 'items', 'depot'] as const).map((name) => ({
      name,
      sdl: sdls[name],
      url: subgraphs[name].url,
    })),
    close: async () => {
      await Promise.all([orders.close(), items.close(), depot.close()])
    },
  }
}
