import { buildSubgraphSchema } from '@apollo/subgraph'
import { describe, expect, test } from '@jest/globals'
import { type GraphQLSchema, graphql, parse } from 'graphql'
import { decodeNodeId } from '../../../platform/protocol/node-id.ts'
import { addNodeIds } from '../../../subgraphs/shared/nodes.ts'

const schemaOf = (sdl: string, resolvers = {}): GraphQLSchema => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
  const schema = buildSubgraphSchema({ typeDefs: parse(`${link} interface Node { nodeId: ID! } ${sdl}`), resolvers })
  addNodeIds(schema)
  return schema
}

const NOTES = `type Query { note: Note line: Line own: Own }
  type Note implements Node @key(fields: "id") { id: ID! nodeId: ID! }
  type Line implements Node @key(fields: "note, number") @key(fields: "hash") { note: ID! number: Int! hash: String nodeId: ID! }
  type Own implements Node { nodeId: ID! }`

describe('nodeId', () => {
  const schema = schemaOf(NOTES, {
    Query: { note: () => ({ key: 7 }), line: () => ({ of: 'n', number: 3 }), own: () => ({}) },
    Note: { id: ({ key }: { key: number }) => key },
    Line: { note: async ({ of }: { of: string }) => of },
    Own: { nodeId: () => 'own' },
  })

  test('A node id has type and key as clients see them, even if the key is resolved, synchronously or not', async () => {
    const { data, errors } = await graphql({ schema, source: '{ note { nodeId } line { nodeId } own { nodeId } }' })
    expect(errors).toBeUndefined()
    const { note, line, own } = data as Record<string, { nodeId: string }>
    expect(decodeNodeId(note?.nodeId ?? '')).toEqual({ type: 'Note', key: ['7'] })
    expect(decodeNodeId(line?.nodeId ?? '')).toEqual({ type: 'Line', key: ['n', 3] })
    expect(own).toEqual({ nodeId: 'own' })
  })

  test.each([
    'type Note implements Node { nodeId: ID! }',
    'type Note implements Node @key(fields: "of { id }") { of: Of nodeId: ID! } type Of { id: ID! }',
    'type Note implements Node @key(fields: "ids") { ids: [ID!]! nodeId: ID! }',
  ])('A service does not start with "%s", whose key cannot identify a node', (type) => {
    expect(() => schemaOf(`type Query { note: Note } ${type}`)).toThrow('Note implements Node, so')
  })
})
