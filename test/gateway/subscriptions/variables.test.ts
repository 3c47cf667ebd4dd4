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

test('A variable keeps its value from event to event, and holds the position only where the stream is opened again', async () => {
  const opened: unknown[] = []
  const written = ['1', '2', '3'].map((cursor) => answerOf({ data: { written: { __typename: 'Entry', cursor } } }))
  const traffic = {
    send: federation.send,
    async *subscribe({ body }: { readonly body: { readonly bytes: Buffer } }) {
      opened.push((JSON.parse(body.bytes.toString()) as { variables: unknown }).variables)
      if (opened.length > 1) return yield* written.slice(2)
      yield* written.slice(0, 2)
      throw new Error('The service is away.')
    },
  }
  const query = 'subscription ($after: String) { written(after: $after) { cursor notes(after: $after) } }'
  const node: DocumentNode = parse(query)
  const exchange = {
    parameters: { query, variables: { after: '0' } },
    request: { headers: {}, address: () => '127.0.0.1' },
  } as never
  const subscribe = createSubscribe({
    mask: (error) => ({ message: String(error) }),
    reconnects: 1,
    decide: () => Promise.resolve(undefined),
    before: undefined,
  })
  const operation = { document: { node }, definition: node.definitions[0] } as never
  const edition = { engine: federation.engine, traffic } as never
  const told: unknown[] = []
  for await (const { body } of await subscribe(edition, exchange, operation, new AbortController().signal))
    told.push(JSON.parse(String(body)))
  expect(told).toEqual(['1', '2', '3'].map((cursor) => ({ data: { written: { cursor, notes: 'after 0' } } })))
  expect(opened).toEqual([{ after: '0' }, { after: '2' }])
})
