/** urql with Graphcache, the library's exchanges and cache options. */
import { describe, expect, test } from '@jest/globals'
import { Client } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { type ConnectionOptions, createConnection } from '../../client/index.ts'
import { AccountEntriesDocument, AccountsDocument, TransferDocument } from '../../client/operations.ts'
import { graphcacheOptions, tributaryExchanges } from '../../client/urql/index.ts'
import { euroAccountOf, payment, proxy, timesPaid, tokenOf } from './world.ts'

function connect(options: Partial<ConnectionOptions> = {}) {
  const url = `${proxy().url}/graphql`
  const connection = createConnection({ url, token: () => tokenOf('payer'), ...options })
  const exchanges = tributaryExchanges(connection, cacheExchange(graphcacheOptions()))
  return { connection, client: new Client({ url, preferGetMethod: false, exchanges }) }
}

describe('urql with the exchanges of tributary-client', () => {
  test('A typed query is answered, with the token that the connection supplies, and then from the cache', async () => {
    const { client } = connect()
    const { data, error } = await client.query(AccountsDocument, {}).toPromise()
    expect(error).toBeUndefined()
    expect(data?.me?.name).toBe('Ana Ribeiro')
    const sent = proxy().requests
    expect((await client.query(AccountsDocument, {}).toPromise()).data).toEqual(data)
    expect(proxy().requests).toBe(sent)
  })

  test('A page more joins the pages before it in the cache', async () => {
    const { client } = connect()
    const { id } = await euroAccountOf('payer')
    const first = await client.query(AccountEntriesDocument, { id, first: 3 }).toPromise()
    const { endCursor = null } = first.data?.account?.entries.pageInfo ?? {}
    await client.query(AccountEntriesDocument, { id, first: 3, after: endCursor }).toPromise()
    const joined = await client.query(AccountEntriesDocument, { id, first: 3 }).toPromise()
    expect(new Set(joined.data?.account?.entries.edges.map(({ node }) => node.id)).size).toBe(6)
  })

  test('A payment whose answer is lost is asked for again, and paid once', async () => {
    const { client } = connect()
    const input = await payment('urql-lost-answer')
    proxy().cutNext('after the answer', 2)
    const { data, error } = await client.mutation(TransferDocument, { input }).toPromise()
    expect(error).toBeUndefined()
    expect(data?.transfer).toMatchObject({ __typename: 'TransferAccepted', replayed: true })
    expect(await timesPaid('payer', 'urql-lost-answer')).toBe(1)
  })

  test('A double click of one intent pays once', async () => {
    const { client, connection } = connect()
    const input = await payment('urql-double-click')
    const intent = connection.intent('pay')
    const click = () => client.mutation(TransferDocument, { input }, { intent }).toPromise()
    const clicks = [...(await Promise.all([click(), click()])), await click()]
    expect(clicks.map(({ data }) => data?.transfer.__typename)).toEqual(Array(3).fill('TransferAccepted'))
    expect(await timesPaid('payer', 'urql-double-click')).toBe(1)
  })

  test('A mutation whose outcome stays unknown fails in words', async () => {
    const { client, connection } = connect({ patience: 0 })
    const input = await payment('urql-unknown')
    proxy().cutNext('after the answer', 1)
    const { error } = await client.mutation(TransferDocument, { input }).toPromise()
    expect(error?.networkError).toMatchObject({ name: 'OutcomeUnknownError' })
    await connection.resume()
    expect(await timesPaid('payer', 'urql-unknown')).toBe(1)
  })

  test('A token that the gateway refuses is renewed once, for all who wait', async () => {
    const asked: (string | undefined)[] = []
    const { client } = connect({
      token: async (refused) => {
        asked.push(refused)
        return refused === undefined ? 'nonsense' : tokenOf('payer')
      },
    })
    const queries = [1, 2, 3].map((first) => client.query(AccountsDocument, { first }).toPromise())
    const names = (await Promise.all(queries)).map(({ data }) => data?.me?.name)
    expect(names).toEqual(['Ana Ribeiro', 'Ana Ribeiro', 'Ana Ribeiro'])
    expect(asked).toEqual([undefined, 'nonsense'])
  })
})
