/** Messages quote clients and services, and are shortened before they leave the gateway. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ask, type Operation, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const sdl = `
  type Query { item(id: ID, count: Int, colour: Colour, size: Size, sure: Boolean, of: Float): String refused: String }
  enum Colour { RED BLUE }
  input Size { width: Int }
`
const LONG = 'x'.repeat(100_000)

let service: TestSubgraph
let gateway: TestGateway
beforeAll(async () => {
  const refused = (): never => {
    throw Object.assign(new Error(`Not for ${LONG}.`), { extensions: { code: 'FORBIDDEN' } })
  }
  service = await startSubgraph({ sdl, resolvers: { Query: { item: () => 'an item', refused } } })
  gateway = await startTestGateway({ services: [{ name: 'items', sdl, url: service.url }] })
})
afterAll(async () => {
  await gateway.stop()
  await service.close()
})

const given = (argument: string, type: string, value: unknown): Operation => ({
  query: `query ($value: ${type}) { item(${argument}: $value) }`,
  variables: { value },
})
const object = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`member${n}`, n]))

test.each<[string, Operation, string]>([
  ['a field', { query: `{ ${LONG} }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['an argument', { query: `{ item(${LONG}: 1) }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a type', { query: `query ($a: ${LONG}) { item(id: $a) }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a fragment', { query: `{ ...${LONG} }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a directive', { query: `{ item @${LONG} }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a literal', { query: `{ item(colour: ${LONG}) }` }, 'GRAPHQL_VALIDATION_FAILED'],
  ['what cannot be parsed', { query: `{ item } ${LONG}` }, 'GRAPHQL_PARSE_FAILED'],
  ['a text for an Int', given('count', 'Int', LONG), 'BAD_USER_INPUT'],
  ['a text for a Float', given('of', 'Float', LONG), 'BAD_USER_INPUT'],
  ['a text for a Boolean', given('sure', 'Boolean', LONG), 'BAD_USER_INPUT'],
  ['a text for an enum', given('colour', 'Colour', LONG), 'BAD_USER_INPUT'],
  ['a text for an object', given('size', 'Size', LONG), 'BAD_USER_INPUT'],
  ['an object for an ID', given('id', 'ID', object), 'BAD_USER_INPUT'],
  ['an object for an Int', given('count', 'Int', object), 'BAD_USER_INPUT'],
  ['a list for an Int', given('count', 'Int', Array(5).fill(LONG)), 'BAD_USER_INPUT'],
  ['the name of a member', given('size', 'Size', { [LONG]: 1 }), 'BAD_USER_INPUT'],
  ['what a service says', { query: '{ refused }' }, 'FORBIDDEN'],
])('A message quotes only a part of a long text: %s', async (_what, operation, code) => {
  const valid = { ...operation, ...(operation.variables && { variables: {} }) }
  await ask(gateway.url, valid) // its document is known from then on
  for (const { errors = [] } of [await ask(gateway.url, operation), await ask(gateway.url, operation)]) {
    expect(errors[0]?.extensions['code']).toBe(code)
    for (const { message } of errors) expect(message.length).toBeLessThanOrEqual(500)
    expect(errors[0]?.message).toContain('…')
  }
})
