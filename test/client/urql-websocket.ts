/**
 * urql with all operations over one WebSocket, by graphql-ws, and Graphcache with the library's
 * options.
 */
import { describe, expect, test } from '@jest/globals'
import { Client, subscriptionExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { createClient } from 'graphql-ws'
import { pipe, subscribe } from 'wonka'
import { AccountActivityDocument, AccountsDocument, TransferDocument } from '../../client/operations.ts'
import { graphcacheOptions } from '../../client/urql/index.ts'
import { until } from '../support/until.ts'
import { activityCursorOf, euroAccountOf, payment, product, timesPaid, tokenOf } from './world.ts'

async function connect() {
  const socket = createClient({
    url: `${product().url.replace('http', 'ws')}/graphql`,
    connectionParams: { authorization: `Bearer ${await tokenOf('payer')}` },
  })
  const overSocket = subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never),
      }),
    }),
  })
  const exchanges = [cacheExchange(graphcacheOptions()), overSocket]
  const client = new Client({ url: product().url, preferGetMethod: false, exchanges })
  return { client, socket }
}

describe('urql over a WebSocket', () => {
  test('A query, a payment and a subscription whose events update what the cache shows', async () => {
    const { client, socket } = await connect()
    const { id: accountId } = await euroAccountOf('payer')
    const shown: (string | undefined)[] = []
    const watching = pipe(
      client.query(AccountsDocument, {}),
      subscribe(({ data }) => {
        const edge = data?.me?.accounts.edges.find(({ node }) => node.id === accountId)
        shown.push(edge?.node.balance.posted.amount)
      }),
    )
    await until(() => shown.length > 0)
    const [before = ''] = shown
    const followed: (string | null | undefined)[] = []
    const after = await activityCursorOf('payer', accountId)
    const following = pipe(
      client.subscription(AccountActivityDocument, { accountId, after }),
      subscribe(({ data }) => followed.push(data?.accountActivity.transfer.reference)),
    )
    const input = { ...(await payment('urql by socket')), idempotencyKey: 'urql-by-socket' }
    const { data } = await client.mutation(TransferDocument, { input }).toPromise()
    expect(data?.transfer).toMatchObject({ __typename: 'TransferAccepted', replayed: false })
    await until(() => followed.includes('urql by socket'))
    await until(() => shown.at(-1) === String(BigInt(before) - 100n))
    watching.unsubscribe()
    following.unsubscribe()
    await socket.dispose()
    expect(await timesPaid('payer', 'urql by socket')).toBe(1)
  })
})
