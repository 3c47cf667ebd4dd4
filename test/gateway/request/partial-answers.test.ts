/** A service that fails in some of its fields, through the whole gateway. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startUpstream, type Upstream } from '../../support/upstream.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'

const no = (...path: (string | number)[]) => ({ message: 'No.', path, extensions: { code: 'FORBIDDEN' } })

/** White space in an answer forces the exact path. */
let space = ''
const says = (answer: object): Upstream['answer'] => {
  return ({ response }) => {
    response.setHeader('content-type', 'application/json')
    response.setHeader('cache-control', 'max-age=60')
    response.end(`${space}${JSON.stringify(answer)}`)
    return undefined
  }
}

let gateway: TestGateway
let upstreams: readonly Upstream[]
beforeAll(async () => {
  const items = [1, 2, 3].map((id) => ({ __typename: 'Item', id: `${id}` }))
  upstreams = [
    await startUpstream(says({ errors: [no('lost')], data: { items, lost: null } })),
    await startUpstream(
      says({
        errors: [no('_entities', 0, 'price'), no('_entities', 2, 'name')],
        data: { _entities: [{ name: 'a', price: null }, { name: 'b', price: 2 }, null] },
      }),
    ),
  ]
  const sdl = [
    `${LINK} type Query { items: [Item!]! lost: Int } type Item @key(fields: "id") { id: ID! }`,
    `${LINK} type Item @key(fields: "id") { id: ID! name: String price: Int }`,
  ]
  gateway = await startTestGateway({
    services: upstreams.map(({ url }, index) => ({ name: `s${index}`, sdl: sdl[index] as string, url })),
    env: { STATELESS: 's0,s1' },
  })
})
afterAll(() => Promise.all([gateway.stop(), ...upstreams.map(({ stop }) => stop())]))

async function exactExecutions(): Promise<number> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
  return Number(/^tributary_exact_executions_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1])
}

test('An answer with errors does not need the exact path, equals its answer, and is not cached', async () => {
  const query = '{ items { id name price } lost }'
  const before = await exactExecutions()
  const answer = await ask(gateway.url, query)
  expect(await exactExecutions()).toBe(before)
  expect(answer.data).toEqual({
    items: [
      { id: '1', name: 'a', price: null },
      { id: '2', name: 'b', price: 2 },
      { id: '3', name: null, price: null },
    ],
    lost: null,
  })
  expect(answer.errors?.map(({ path }) => path)).toEqual([
    ['items', 0, 'price'],
    ['items', 2, 'name'],
    ['lost'],
    ['items', 2, 'price'],
  ])
  space = ' '
  const exactly = await ask(gateway.url, query)
  expect(await exactExecutions()).toBe(before + 1)
  const told = ({ data, errors = [] }: typeof answer): unknown => [
    data,
    errors.map(({ path, message, extensions: { requestId: _each, ...extensions } }) => [path, message, extensions]),
  ]
  expect(told(exactly)).toEqual(told(answer))
  expect(upstreams.map(({ bodies }) => bodies.length)).toEqual([2, 2])
})
