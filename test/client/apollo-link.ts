/** Apollo Client with the library's link and cache options. */
import { createHash } from 'node:crypto'
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental'
import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { cacheOptions, tributaryLink } from '../../client/apollo/index.ts'
import {
  type Answer,
  CarriedOutError,
  type Connection,
  createConnection,
  OutcomeUnknownError,
} from '../../client/index.ts'
import { AccountEntriesDocument, AccountsDocument, TransferDocument } from '../../client/operations.ts'
import { until } from '../support/until.ts'
import { euroAccountOf, followedBy, payment, product, proxy, timesPaid, tokenOf } from './world.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const clientOf = (connection: Connection): ApolloClient =>
  new ApolloClient({ link: tributaryLink(connection), cache: new InMemoryCache(cacheOptions()) })

const DEFERRED = gql`
  query Deferred {
    me {
      id
      name
      ... @defer {
        accounts(first: 2) {
          edges {
            cursor
            node {
              id
              branch {
                id
                city {
                  id
                  name
                }
              }
            }
          }
        }
      }
    }
  }
`

const url = (): string => `${proxy().url}/graphql`

async function connect(options: Partial<Parameters<typeof createConnection>[0]> = {}) {
  const connection = createConnection({ url: url(), token: () => tokenOf('payer'), ...options })
  return { connection, client: clientOf(connection) }
}

const paid = (reference: string): Promise<number> => timesPaid('payer', reference)

describe('Apollo Client with the link of tributary-client', () => {
  test('A typed query is answered, with the token that the connection supplies', async () => {
    const { client } = await connect()
    const { data } = await client.query({ query: AccountsDocument })
    expect(data?.me?.name).toBe('Ana Ribeiro')
    expect(data?.me?.accounts.edges[0]?.node.balance.available.formatted).toMatch(/€/)
  })

  test('A page more joins the pages before it in the cache', async () => {
    const { client } = await connect()
    const { id } = await euroAccountOf('payer')
    const query = AccountEntriesDocument
    const first = await client.query({ query, variables: { id, first: 3 } })
    const { endCursor = null } = first.data?.account?.entries.pageInfo ?? {}
    await client.query({ query, variables: { id, first: 3, after: endCursor }, fetchPolicy: 'network-only' })
    const joined = client.readQuery({ query, variables: { id, first: 3 } })
    const ids = joined?.account?.entries.edges.map(({ node }) => node.id)
    expect(new Set(ids).size).toBe(6)
  })

  test('A payment whose answer is lost is asked for again, and paid once', async () => {
    const { client } = await connect()
    const input = await payment('link-lost-answer')
    proxy().cutNext('after the answer', 2)
    const { data } = await client.mutate({ mutation: TransferDocument, variables: { input } })
    expect(data?.transfer).toMatchObject({ __typename: 'TransferAccepted', replayed: true })
    expect(await paid('link-lost-answer')).toBe(1)
  })

  test('A double click of one intent pays once, and so does a click after the answer', async () => {
    const { client, connection } = await connect()
    const variables = { input: await payment('link-double-click') }
    const context = { intent: connection.intent('pay') }
    const click = () => client.mutate({ mutation: TransferDocument, variables, context })
    const clicks = [...(await Promise.all([click(), click()])), await click()]
    const ids = clicks.map(({ data }) => data?.transfer.__typename === 'TransferAccepted' && data.transfer.transfer.id)
    expect(new Set(ids).size).toBe(1)
    expect(await paid('link-double-click')).toBe(1)
  })

  test('An intent that was carried out is not carried out with another amount; a new one is', async () => {
    const { client, connection } = await connect()
    const input = await payment('link-other-amount')
    const pay = (amount: string) =>
      client.mutate({
        mutation: TransferDocument,
        variables: { input: { ...input, amount } },
        context: { intent: connection.intent('pay') },
      })
    await pay('100')
    await expect(pay('200')).rejects.toThrow(CarriedOutError)
    connection.intent('pay').done()
    await pay('200')
    expect(await paid('link-other-amount')).toBe(2)
  })

  test('A refused payment may be corrected within one intent', async () => {
    const { client, connection } = await connect()
    const input = await payment('link-corrected')
    const pay = (amount: string) =>
      client.mutate({
        mutation: TransferDocument,
        variables: { input: { ...input, amount } },
        context: { intent: connection.intent('corrected') },
      })
    expect((await pay('100000000000')).data?.transfer).toMatchObject({ __typename: 'Refusal' })
    expect((await pay('100')).data?.transfer).toMatchObject({ __typename: 'TransferAccepted', replayed: false })
  })

  test.each(['before the request', 'after the answer'] as const)(
    'A payment that was cut off %s and left is asked for after a reload, and paid once',
    async (cut) => {
      const store = new Map<string, string>()
      const { client, connection } = await connect({ store, patience: 0 })
      const reference = `link-reload-${cut.slice(0, 6)}`
      const input = await payment(reference)
      proxy().cutNext(cut, 1)
      const before = client.mutate({ mutation: TransferDocument, variables: { input } })
      await expect(before).rejects.toThrow(OutcomeUnknownError)
      connection.close() // the page is gone
      expect(store.size).toBe(1)

      const settled: Answer[] = []
      const { connection: reloaded } = await connect({ store, onSettled: (_mutation, answer) => settled.push(answer) })
      await until(() => settled.length === 1)
      expect(settled[0]?.data?.['transfer']).toMatchObject({ replayed: cut === 'after the answer' })
      expect(await paid(reference)).toBe(1)
      expect(await reloaded.pending()).toEqual([])
    },
  )

  test('Nothing that one person left pending is sent for another', async () => {
    const store = new Map<string, string>()
    const { client, connection } = await connect({ store, patience: 0 })
    proxy().cutNext('before the request', 1)
    const input = await payment('link-other-person')
    await expect(client.mutate({ mutation: TransferDocument, variables: { input } })).rejects.toThrow(
      OutcomeUnknownError,
    )
    connection.close()
    const { connection: other } = await connect({ store, token: () => tokenOf('payee') })
    await other.resume()
    expect(await other.pending()).toEqual([])
    expect(store.size).toBe(1)
    expect(await paid('link-other-person')).toBe(0)
  })

  test('The link also sends by a BatchHttpLink, in one request, and a lost answer pays once', async () => {
    const connection = createConnection({ url: url(), token: () => tokenOf('payer') })
    const batches = new BatchHttpLink({ uri: url(), batchInterval: 20 })
    const link = tributaryLink(connection, batches)
    const client = new ApolloClient({ link, cache: new InMemoryCache(cacheOptions()) })
    const input = await payment('link-batched')
    const sent = proxy().requests
    proxy().cutNext('after the answer', 1)
    const [accounts, paying] = await Promise.all([
      client.query({ query: AccountsDocument }),
      client.mutate({ mutation: TransferDocument, variables: { input } }),
    ])
    expect(accounts.data?.me?.name).toBe('Ana Ribeiro')
    expect(paying.data?.transfer).toMatchObject({ __typename: 'TransferAccepted', replayed: true })
    expect(proxy().requests - sent).toBeLessThanOrEqual(3)
    expect(await paid('link-batched')).toBe(1)
  })

  test.each<[string, NonNullable<ApolloClient.Options['incrementalHandler']>]>([
    ['of August 2022', new Defer20220824Handler()],
    // Its types disagree with the client's.
    ['of graphql-js 17', new GraphQL17Alpha9Handler() as never],
  ])('An answer in parts is put together, in the format %s', async (_name, incrementalHandler) => {
    const { connection } = await connect()
    const types: (string | null)[] = []
    const http = new HttpLink({
      uri: url(),
      async fetch(input, init) {
        const response = await fetch(input, init)
        types.push(response.headers.get('content-type'))
        return response
      },
    })
    const cache = new InMemoryCache(cacheOptions())
    const client = new ApolloClient({ link: tributaryLink(connection, http), cache, incrementalHandler })
    const states: string[] = []
    const followed = client.watchQuery({ query: DEFERRED }).subscribe(({ dataState }) => states.push(dataState))
    await until(() => states.at(-1) === 'complete')
    followed.unsubscribe()
    expect(types).toEqual([expect.stringContaining('multipart/mixed')])
    const edges = [{ node: { branch: { city: { name: 'Lisbon' } } } }, {}]
    expect(client.readQuery({ query: DEFERRED })).toMatchObject({ me: { name: 'Ana Ribeiro', accounts: { edges } } })
  })

  test('Subscriptions go over one WebSocket where the README’s split has them', async () => {
    const { connection } = await connect()
    const socket = createClient({
      url: `${product().url.replace('http', 'ws')}/graphql`,
      connectionParams: async () => ({ authorization: `Bearer ${await connection.token()}` }),
    })
    const link = ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      tributaryLink(connection),
    )
    const client = new ApolloClient({ link, cache: new InMemoryCache(cacheOptions()) })
    expect((await client.query({ query: AccountsDocument })).data?.me?.name).toBe('Ana Ribeiro')
    expect(await followedBy(client, 'link by socket')).toEqual(['link by socket'])
    await socket.dispose()
  })

  test('An operation of the manifest needs no text', async () => {
    const connection = createConnection({ url: url(), token: () => tokenOf('payer') })
    const persisted = new PersistedQueryLink({ sha256 })
    const bodies: string[] = []
    const http = new HttpLink({
      uri: url(),
      fetch: (input, init) => {
        bodies.push(String(init?.body))
        return fetch(input, init)
      },
    })
    const client = new ApolloClient({
      link: tributaryLink(connection, persisted.concat(http)),
      cache: new InMemoryCache(),
    })
    expect((await client.query({ query: AccountsDocument })).data?.me?.name).toBe('Ana Ribeiro')
    expect(bodies.map((body) => 'query' in JSON.parse(body))).toEqual([false])
  })

  test('A token that the gateway refuses is renewed once, for all who wait', async () => {
    const asked: (string | undefined)[] = []
    const { client } = await connect({
      token: async (refused) => {
        asked.push(refused)
        return refused === undefined ? 'nonsense' : tokenOf('payer')
      },
    })
    const queries = [1, 2, 3].map((first) => client.query({ query: AccountsDocument, variables: { first } }))
    const names = (await Promise.all(queries)).map(({ data }) => data?.me?.name)
    expect(names).toEqual(['Ana Ribeiro', 'Ana Ribeiro', 'Ana Ribeiro'])
    expect(asked).toEqual([undefined, 'nonsense'])
  })

  test('Without a token that works the error is the gateway’s', async () => {
    const { client } = await connect({ token: () => 'nonsense' })
    const error = await client.query({ query: AccountsDocument }).catch((thrown) => thrown)
    expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions?.['code']).toBe('UNAUTHENTICATED')
  })
})
