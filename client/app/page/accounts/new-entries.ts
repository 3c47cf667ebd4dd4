/** Adds new entries on top of an account's list. */
import type { ApolloClient } from '@apollo/client'
import { EntriesDocument } from '../generated/graphql.ts'

/** Keeps all entries that were shown before. */
export async function addNewEntries(client: ApolloClient, id: string): Promise<void> {
  const query = { query: EntriesDocument, variables: { id } }
  const { data } = await client.query({ ...query, fetchPolicy: 'no-cache' })
  const newest = data?.account?.entries.edges ?? []
  client.cache.updateQuery(query, (known) => {
    if (!known?.account) return undefined
    const { entries } = known.account
    const ids = new Set(entries.edges.map(({ node }) => node.id))
    const edges = [...newest.filter(({ node }) => !ids.has(node.id)), ...entries.edges]
    return { ...known, account: { ...known.account, entries: { ...entries, edges } } }
  })
}
