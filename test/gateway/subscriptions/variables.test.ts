import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type DocumentNode, parse } from 'graphql'
import { createSubscribe } from '../../../gateway/subscriptions/subscribe.ts'
import { answerOf, type Federation, federate } from '../execution/support/federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`

let federation: Federation
beforeAll(async () => {
  federation = await federate({
    diary: {
      typeDefs: `${link} type Query { length: Int } type Subscription { written(after: String): Entry! }
        type Entry @key(fields: "cursor") { cursor: String! }`,
      resolvers: {},
    },
    notes: {
      typeDefs: `${link} type Entry @key(fields: "cursor") { cursor: String! notes(after: String): String }`,
      resolvers: {
        Entry: {
          __resolveReference: (sent: object) => sent,
          notes: (_entry: object, { after }: { readonly after?: string }) => `after ${after}`,
        },
      },
    },
  })
})
afterAll(() => federation.close())

/** Events of a subscription from position 0, and the variables of its streams. */
async function follow(headers: Readonly<Record<string, string>>) {
  const opened: { readonly after: string }[] = []
  const traffic = {
    send: federation.send,
    async *subscribe({ body }: { readonly body: { readonly bytes: Buffer } }) {
      const { variables } = JSON.parse(body.bytes.toString()) as { variables: { after: string } }
      opened.push(variables)
      const next = Number(variables.after) + 1
      yield answerOf({ data: { written: { __typename: 'Entry', cursor: String(next) } } })
      if (next < 3) throw new Error('The service is away.')
    },
  }
  const query = 'subscription ($after: String) { written(after: $after) { cursor notes(after: $after) } }'
  const node: DocumentNode = parse(query)
  const subscribe = createSubscribe({
    mask: (error) => ({ message: String(error) }),
    reconnects: 1,
    decide: () => Promise.resolve(undefined),
    before: undefined,
  })
  const exchange = {
    parameters: { query, variables: { after: '0' } },
    request: { headers, address: () => '127.0.0.1' },
  } as never
  const operation = { document: { node }, definition: node.definitions[0] } as never
  const edition = { engine: federation.engine, traffic } as never
  const told: unknown[] = []
  for await (const { body } of await subscribe(edition, exchange, operation, new AbortController().signal))
    told.push((JSON.parse(String(body)) as { data: { written: unknown } }).data.written)
  return { told, opened: opened.map(({ after }) => after) }
}

test.each([
  ['after a break', {}, ['1', '2', '3'], ['0', '1', '2']],
  ['by the client', { 'last-event-id': '2' }, ['3'], ['2']],
])("A stream that is resumed %s leaves other fields the client's value of the position's variable", async (...row) => {
  const [, headers, cursors, opened] = row
  expect(await follow(headers)).toEqual({ told: cursors.map((cursor) => ({ cursor, notes: 'after 0' })), opened })
})
