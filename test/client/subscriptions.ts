/** Subscriptions by the library, over a line that breaks. */
import { ApolloClient, InMemoryCache } from '@apollo/client'
import { describe, expect, test } from '@jest/globals'
import { Client } from '@urql/core'
import { pipe, subscribe } from 'wonka'
import { cacheOptions, tributaryLink } from '../../client/apollo/index.ts'
import { type Connection, createConnection } from '../../client/index.ts'
import { AccountActivityDocument, type AccountActivitySubscription } from '../../client/operations.ts'
import { tributaryExchanges } from '../../client/urql/index.ts'
import { until } from '../support/until.ts'
import { activityCursorOf, euroAccountOf, line, pay, tokenOf } from './world.ts'

type Follow = (
  connection: Connection,
  variables: { accountId: string; after: string },
  next: (data: AccountActivitySubscription | null | undefined) => void,
) => () => void

const byApollo: Follow = (connection, variables, next) => {
  const client = new ApolloClient({ link: tributaryLink(connection), cache: new InMemoryCache(cacheOptions()) })
  const followed = client.subscribe({ query: AccountActivityDocument, variables }).subscribe(({ data }) => next(data))
  return () => followed.unsubscribe()
}

const byUrql: Follow = (connection, variables, next) => {
  const client = new Client({
    url: connection.core.url,
    preferGetMethod: false,
    exchanges: tributaryExchanges(connection),
  })
  const followed = pipe(
    client.subscription(AccountActivityDocument, variables),
    subscribe(({ data }) => next(data)),
  )
  return followed.unsubscribe
}

describe.each([
  ['Apollo Client', byApollo],
  ['urql', byUrql],
])('A subscription of %s with tributary-client', (name, follow) => {
  test('A subscription continues after breaks at the last event, without losses or repeats', async () => {
    const { id: accountId } = await euroAccountOf('payer')
    const after = await activityCursorOf('payer', accountId)
    const connection = createConnection({ url: `${line().url}/graphql`, token: () => tokenOf('payer') })
    const seen: (string | null | undefined)[] = []
    const stop = follow(connection, { accountId, after }, (data) => {
      seen.push(data?.accountActivity.transfer.reference)
    })
    const references = ['one', 'two', 'three'].map((number) => `${name} ${number}`)
    for (const [at, reference] of references.entries()) {
      await pay(reference)
      await until(() => seen.length > at)
      line().cut()
    }
    stop()
    expect(seen).toEqual(references)
  })

  test('A token that has ended is renewed, and the stream goes on', async () => {
    const { id: accountId } = await euroAccountOf('payer')
    const after = await activityCursorOf('payer', accountId)
    const asked: (string | undefined)[] = []
    const connection = createConnection({
      url: `${line().url}/graphql`,
      token: async (refused) => {
        asked.push(refused)
        return refused === undefined ? 'nonsense' : tokenOf('payer')
      },
    })
    const seen: (string | null | undefined)[] = []
    const stop = follow(connection, { accountId, after }, (data) => {
      seen.push(data?.accountActivity.transfer.reference)
    })
    await pay(`${name} renewed`)
    await until(() => seen.length === 1)
    stop()
    expect(asked).toEqual([undefined, 'nonsense'])
  })
})
