import { describe, expect, test } from '@jest/globals'
import { buildSchema, isInterfaceType, parse } from 'graphql'
import { publicSchema } from '../../../gateway/composition/compose.ts'
import { withNodeGraph } from '../../../gateway/composition/node-subgraph.ts'
import { readNodeGraph } from '../../../gateway/supergraph/node-graph.ts'
import { composeAt } from '../../support/gateway.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])'
const NODE = 'interface Node { nodeId: ID! }'

const servicesOf = (sdls: Readonly<Record<string, string>>) =>
  Object.entries(sdls).map(([name, sdl]) => ({ name, sdl: `${LINK} ${sdl}`, url: 'http://127.0.0.1:1' }))

/** How each type's nodes are found in the supergraph of these services. */
const nodesOf = (sdls: Readonly<Record<string, string>>) =>
  Object.fromEntries(readNodeGraph(parse(composeAt(servicesOf(sdls))))?.types ?? [])

describe('graph of nodes', () => {
  test('Every type that implements Node is in it, by its first key and with its owner, whichever service it is of', () => {
    const sdls = {
      a: `${NODE} type Query { a: A } type A implements Node @key(fields: "id") @key(fields: "code") { id: ID! code: Int nodeId: ID! }
        extend type B @key(fields: "x y") { x: ID! y: Int }`,
      b: `${NODE} scalar Code type B @key(fields: "x, y") { x: ID! y: Int nodeId: ID! }  extend type B implements Node
        type C implements Node @key(fields: "code") { code: Code! nodeId: ID! }`,
      c: 'type C @key(fields: "code") { code: Code! c: Int } scalar Code type D @key(fields: "id") { id: ID! }',
    }
    expect(nodesOf(sdls)).toEqual({
      A: { service: 'a', key: ['id'], valueTypes: ['string'] },
      B: { service: 'b', key: ['x', 'y'], valueTypes: ['string', 'number'] },
      C: { service: 'b', key: ['code'], valueTypes: [undefined] }, // of a scalar of one's own
    })
    const schema = buildSchema(publicSchema(composeAt(servicesOf(sdls))))
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['a', 'node', 'nodes'])
    const node = schema.getType('Node')
    expect(isInterfaceType(node) && schema.getPossibleTypes(node).map(({ name }) => name)).toEqual(['A', 'B', 'C'])
  })

  test('A type that no client may see has no nodes', () => {
    const link = LINK.replace('"@shareable"', '"@inaccessible"')
    const sdl = `${link} ${NODE} type Query { a: A } type A implements Node @key(fields: "id") { id: ID! nodeId: ID! }
      type B implements Node @key(fields: "id") @inaccessible { id: ID! nodeId: ID! }`
    const supergraph = composeAt([{ name: 'a', sdl, url: 'http://127.0.0.1:1' }])
    expect([...(readNodeGraph(parse(supergraph))?.types.keys() ?? [])]).toEqual(['A'])
  })

  test('Services without nodes compose as ever, even with an interface of that name', () => {
    const sdl = `${LINK} interface Node { id: ID! } type Query { node(id: ID!): Node }
      type A implements Node @key(fields: "id") { id: ID! nodeId: ID! }`
    const services = [{ name: 'a', typeDefs: parse(sdl) }]
    expect(withNodeGraph(services)).toEqual(services)
    expect(nodesOf({ a: sdl.slice(LINK.length) })).toEqual({})
  })

  test.each([
    ['no key', { a: `${NODE} type A implements Node { nodeId: ID! }` }, 'A of a implements Node, so its first @key'],
    [
      'a key with fields below',
      { a: `${NODE} type A implements Node @key(fields: "b { id }") { b: B nodeId: ID! } type B { id: ID! }` },
      'A of a implements Node, so its first @key must name fields with plain values.',
    ],
    [
      'a list in its key',
      { a: `${NODE} type A implements Node @key(fields: "ids") { ids: [ID!]! nodeId: ID! }` },
      'A of a implements Node, so its first @key',
    ],
    [
      'two owners',
      {
        a: `${NODE} type A implements Node @key(fields: "id") { id: ID! nodeId: ID! @shareable }`,
        b: `${NODE} type A implements Node @key(fields: "id") { id: ID! nodeId: ID! @shareable }`,
      },
      'Both a and b say that A implements Node: one owner suffices.',
    ],
    [
      'a service of its name',
      { node: `${NODE} type A implements Node @key(fields: "id") { id: ID! nodeId: ID! }` },
      'A service is called "node", as the graph that finds nodes is.',
    ],
  ])('A type with %s is refused in words', (_, sdls, fault) => {
    expect(() => composeAt(servicesOf(sdls))).toThrow(fault)
  })
})
