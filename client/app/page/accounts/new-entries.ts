/** Adds new entries on top of an account's list. */
import type { ApolloClient } from '@apollo/client'
import { EntriesDocument } from '../generated/graphql.ts'

/**
 * Keeps all entries that were shown before, unless more have come than a page holds: a list with a
 * gap would look whole. One call at a time: a page that is late must not replace a later one.
 */
export async function addNewEntries(client: ApolloClient, id: string): Promise<void> {
  const query = { query: EntriesDocument, variables: { id } }
  const { data } = await client.query({ ...query, fetchPolicy: 'no-cache' })
  const newest = data?.account?.entries
  client.cache.updateQuery(query, (known) => {
    if (!known?.account || !newest) return undefined
    const { entries } = known.account
    const ids = new Set(entries.edges.map(({ node }) => node.id))
    const added = newest.edges.filter(({ node }) => !ids.has(node.id))
    const isJoined = added.length < newest.edges.length
    const shown = isJoined ? { ...entries, edges: [...added, ...entries.edges] } : newest
    return { ...known, account: { ...known.account, entries: shown } }
  })
}
