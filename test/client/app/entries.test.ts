/** The list of an account's entries while new ones come. */
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client'
import { expect, test } from '@jest/globals'
import { cacheOptions } from '../../../client/apollo/index.ts'
import { addNewEntries } from '../../../client/app/page/accounts/new-entries.ts'
import { EntriesDocument } from '../../../client/app/page/generated/graphql.ts'

const money = { __typename: 'Money', amount: '1', currency: 'EUR' }
const party = { __typename: 'Party', name: 'Ann', number: 'IE00' }

const edgeOf = (sequence: number) => ({
  __typename: 'EntryEdge',
  cursor: `${sequence}`,
  node: {
    __typename: 'Entry',
    id: `1-${sequence}`,
    direction: 'CREDIT',
    amount: money,
    balanceAfter: money,
    postedAt: '2026-01-01T00:00:00.000Z',
    transfer: {
      __typename: 'Transfer',
      id: `${sequence}`,
      kind: 'TRANSFER',
      reference: null,
      from: party,
      to: party,
      merchant: null,
    },
  },
})

/** A client whose account has the entries from 1 to a number, in pages of three, the newest first. */
function clientOf(account: { last: number }): ApolloClient {
  const link = new ApolloLink(({ variables }) => {
    const from = Math.min(account.last, Number(variables['after'] ?? account.last + 1) - 1)
    const sequences = [from, from - 1, from - 2].filter((sequence) => sequence > 0)
    const pageInfo = { __typename: 'PageInfo', hasNextPage: from > 3, endCursor: `${sequences.at(-1)}` }
    const entries = { __typename: 'EntryConnection', edges: sequences.map(edgeOf), pageInfo }
    return new Observable((observer) => {
      observer.next({ data: { account: { __typename: 'Account', id: '1', entries } } })
      observer.complete()
    })
  })
  return new ApolloClient({ link, cache: new InMemoryCache(cacheOptions()) })
}

test.each([
  ['are put on top of those that were shown', 5, [5, 4, 3, 2, 1]],
  ['leave no gap if there are more than a page', 9, [9, 8, 7]],
])('New entries %s', async (_what, last, shown) => {
  const account = { last: 3 }
  const client = clientOf(account)
  const query = { query: EntriesDocument, variables: { id: '1' } }
  await client.query(query)
  account.last = last
  await addNewEntries(client, '1')
  const { edges, pageInfo } = client.readQuery(query)?.account?.entries ?? {}
  expect(edges?.map(({ cursor }) => Number(cursor))).toEqual(shown)
  expect(pageInfo).toMatchObject({ hasNextPage: last > 6, endCursor: `${shown.at(-1)}` })
})
