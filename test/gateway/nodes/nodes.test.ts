import type { ApolloGateway } from '@apollo/gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { encodeNodeId } from '../../../platform/protocol/node-id.ts'
import { nodeSource } from '../../../tools/compare/stock/node-source.ts'
import { ask, composeAt, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { log } from '../../support/log.ts'
import { itemId, type NodeServices, orderId, startNodeServices, tagId } from './services.ts'

let nodes: NodeServices
let gateway: TestGateway
const logged: string[] = []
const ERROR = 50 // pino's level
beforeAll(async () => {
  nodes = await startNodeServices()
  const env = { STATELESS: 'items,depot', VARIANTS: JSON.stringify({ open: { exclude: ['internal'] } }) }
  const log = pino({}, { write: (line) => logged.push(line) })
  gateway = await startTestGateway({ services: nodes.services, env, log })
})
afterAll(async () => {
  await gateway?.stop()
  await nodes?.close()
})
beforeEach(() => {
  for (const { calls, misbehave } of Object.values(nodes.subgraphs)) {
    calls.length = 0
    misbehave(undefined)
  }
})

const node = (nodeId: string, selection: string, headers = {}) =>
  ask(
    gateway.url,
    { query: `query ($id: ID!) { node(nodeId: $id) { ${selection} } }`, variables: { id: nodeId } },
    headers,
  )

const callsOf = () =>
  Object.fromEntries(Object.entries(nodes.subgraphs).map(([name, { calls }]) => [name, calls.length]))

describe('node', () => {
  test('A node is found by every kind of key, with the fields that other services add to it', async () => {
    const item = await node(itemId('s1', 1), '__typename nodeId ... on Item { name left }')
    expect(item.data).toEqual({
      node: { __typename: 'Item', nodeId: itemId('s1', 1), name: 'item s1/1', left: 7 },
    })
    expect((await node(tagId(12), '... on Tag { code label }')).data).toEqual({ node: { code: 12, label: 'tag 12' } })
    expect((await node(orderId('1'), '... on Order { id item { nodeId name } }')).data).toEqual({
      node: { id: '1', item: { nodeId: itemId('s1', 1), name: 'item s1/1' } },
    })
  })

  test('An id whose value has another JSON type than the key is invalid', async () => {
    for (const id of [encodeNodeId('Order', [1]), encodeNodeId('Order', [true]), encodeNodeId('Item', ['s1', '1'])])
      expect(await node(id, 'nodeId')).toMatchObject({
        data: { node: null },
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      })
  })

  test('A service may provide nodes of its own, and fields beside `node` work as before', async () => {
    const { data } = await ask(
      gateway.url,
      `{ any { __typename nodeId } node(nodeId: "${orderId('2')}") { nodeId } total }`,
    )
    expect(data).toEqual({
      any: { __typename: 'Order', nodeId: orderId('1') },
      node: { nodeId: orderId('2') },
      total: null,
    })
  })

  test('The service that provides the nodeId decides whether a node exists, not one that extends the type', async () => {
    for (const selection of ['__typename', 'nodeId', '... on Item { left }', '... on Item { sku mark }'])
      expect(await node(itemId('s1', 10), selection)).toMatchObject({ data: { node: null } })
    expect(callsOf()).toEqual({ orders: 0, items: expect.any(Number), depot: 0 })
  })

  test('The service that owns a node is called once for its existence, and once for its fields', async () => {
    await node(orderId('3'), 'nodeId ... on Order { note }')
    expect(callsOf()).toEqual({ orders: 2, items: 0, depot: 0 })
  })

  test('For the ids of hundreds of nodes each service is called once', async () => {
    const ids = Array.from({ length: 90 }, (_, at) => (at % 2 ? orderId(`${at}`) : itemId('s1', at % 9)))
    const fields = Array.from({ length: 400 }, (_, at) => `a${at}: nodes(nodeIds: $ids) { __typename nodeId }`)
    const query = `query ($ids: [ID!]!) { ${fields.join('\n')} }`
    const { data } = await ask(gateway.url, { query, variables: { ids } })
    expect(Object.values(data)).toEqual(fields.map(() => ids.map((nodeId) => expect.objectContaining({ nodeId }))))
    expect(callsOf()).toEqual({ orders: 1, items: 1, depot: 0 })
  })

  test('Each service is called once for any number of nodes, requested in any way', async () => {
    const [one, two, three] = [orderId('4'), orderId('5'), itemId('s6', 1)]
    const query = `{ a: node(nodeId: "${one}") { nodeId } b: node(nodeId: "${three}") { nodeId }
      nodes(nodeIds: ["${one}", "${two}", "${three}"]) { nodeId } }`
    const { data } = await ask(gateway.url, query)
    expect(data).toEqual({
      a: { nodeId: one },
      b: { nodeId: three },
      nodes: [{ nodeId: one }, { nodeId: two }, { nodeId: three }],
    })
    const asked = nodes.subgraphs.orders.calls[0]?.body.variables?.['representations']
    expect(asked).toEqual([
      { __typename: 'Order', id: '4' },
      { __typename: 'Order', id: '5' },
    ])
  })

  test("A stateful node service gets the caller's token, and a stateless one does not", async () => {
    const headers = { authorization: 'Bearer of-ann' }
    await node(orderId('7'), '__typename', headers)
    await node(itemId('s7', 1), '__typename', headers)
    expect(nodes.subgraphs.orders.calls[0]?.headers.authorization).toBe('Bearer of-ann')
    expect(nodes.subgraphs.items.calls[0]?.headers.authorization).toBeUndefined()
  })

  test("An error of a node's service names the service, and hides the reasons", async () => {
    const locked = await node(orderId('locked'), '__typename')
    expect(locked).toMatchObject({
      data: { node: null },
      errors: [{ message: 'Not for you.', path: ['node'], extensions: { code: 'FORBIDDEN', service: 'orders' } }],
    })
    const broken = await node(orderId('broken'), '__typename')
    expect(broken).toMatchObject({
      data: { node: null },
      errors: [{ message: 'Internal error.', path: ['node'], extensions: { code: 'INTERNAL' } }],
    })
    expect(logged.join()).toContain('orders: SELECT * FROM secrets')
  })

  test('A service that is down costs its own nodes only', async () => {
    nodes.subgraphs.orders.misbehave((request) => {
      request.socket.destroy()
      return true
    })
    const query = 'query ($ids: [ID!]!) { nodes(nodeIds: $ids) { nodeId } }'
    const ids = [orderId('1'), itemId('s1', 1), orderId('2')]
    expect(await ask(gateway.url, { query, variables: { ids } })).toMatchObject({
      data: { nodes: [null, { nodeId: ids[1] }, null] },
      errors: [0, 2].map((at) => ({
        path: ['nodes', at],
        extensions: { code: 'SERVICE_UNAVAILABLE', service: 'orders' },
      })),
    })
  })

  test('A list over 100 ids is refused as a whole, before any service is called', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(nodeIds: $ids) { nodeId } total }'
    const ids = Array.from({ length: 101 }, (_, at) => orderId(`${at}`))
    const { data, errors } = await ask(gateway.url, { query, variables: { ids } })
    expect(data).toBeNull()
    expect(errors).toMatchObject([
      { message: '"nodeIds" must hold at most 100 ids.', path: ['nodes'], extensions: { code: 'BAD_USER_INPUT' } },
    ])
    expect(callsOf()['orders']).toBe(0)
  })
})

describe('variants', () => {
  test('A variant has no node of a hidden type, for every selection', async () => {
    const open = async (query: string) => {
      const response = await fetch(`${gateway.url}/graphql/open`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      return response.text()
    }
    expect(JSON.parse(await open(`{ node(nodeId: "${itemId('s1', 1)}") { __typename nodeId } }`))).toEqual({
      data: { node: { __typename: 'Item', nodeId: itemId('s1', 1) } },
    })
    const lines = logged.length
    for (const selection of ['__typename', 'nodeId', '__typename nodeId', '... on Item { name }']) {
      const answer = await open(`{ node(nodeId: "${tagId(1)}") { ${selection} } }`)
      expect(JSON.parse(answer)).toMatchObject({ data: { node: null }, errors: [{ path: ['node'] }] })
      expect(answer).not.toContain('Tag')
    }
    // The caller causes it, so it must not fill the log.
    expect(logged.slice(lines).filter((line) => JSON.parse(line).level >= ERROR)).toEqual([])
  })
})

describe('stock @apollo/gateway', () => {
  let stock: ApolloGateway
  let supergraphSdl: string
  beforeAll(async () => {
    process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
    const { ApolloGateway, RemoteGraphQLDataSource } = await import('@apollo/gateway')
    supergraphSdl = composeAt(nodes.services)
    stock = new ApolloGateway({
      supergraphSdl,
      buildService: ({ name, url }) =>
        name === 'node' ? nodeSource(supergraphSdl) : new RemoteGraphQLDataSource({ url: url ?? '' }),
      logger: log,
    })
  })

  test("A stock gateway finds the same nodes, with the gateway's node answer in place of the service", async () => {
    const { ApolloServer } = await import('@apollo/server')
    const server = new ApolloServer({ gateway: stock, logger: log })
    const query = `query ($ids: [ID!]!) { nodes(nodeIds: $ids) { __typename nodeId
      ... on Order { id item { name } } ... on Item { left name } ... on Tag { label } } }`
    const ids = [orderId('1'), itemId('s1', 1), itemId('s1', 10), orderId('none'), tagId(3)]
    const { body } = await server.executeOperation({ query, variables: { ids } })
    const { data } = await ask(gateway.url, { query, variables: { ids } })
    expect(data.nodes.map((one: { __typename: string } | null) => one?.__typename)).toEqual([
      'Order',
      'Item',
      undefined,
      undefined,
      'Tag',
    ])
    expect(body.kind === 'single' && JSON.parse(JSON.stringify(body.singleResult.data))).toEqual(data)
    await server.stop()
  })
})
