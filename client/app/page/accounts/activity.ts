/**
 * Follows an account while its page is seen: balances change in the cache, new entries come on top.
 */
import type { ApolloClient } from '@apollo/client'
import { useApolloClient, useSubscription } from '@apollo/client/react'
import { useEffect, useRef, useState } from 'react'
import { ActivityDocument, EntriesDocument } from '../generated/graphql.ts'

/**
 * @param cursor where the account's activity stood when it was read @param isOwn nobody may follow
 * others'
 */
export function useActivity(account: string, cursor: string, isOwn: boolean): void {
  const client = useApolloClient()
  const isSeen = useIsSeen()
  const last = useRef(cursor)
  // A new `after` would begin another stream; within one stream the library goes on by itself.
  const [after, setAfter] = useState(cursor)
  useEffect(() => {
    if (!isSeen) setAfter(last.current)
  }, [isSeen])
  useSubscription(ActivityDocument, {
    variables: { account, after },
    skip: !isSeen || !isOwn, // browsers allow six connections to a server, over all tabs
    onData({ data: { data } }) {
      if (!data) return
      last.current = data.accountActivity.cursor
      if (data.accountActivity.kind === 'TRANSFER_POSTED' || data.accountActivity.kind === 'HOLD_CAPTURED')
        void addNewEntries(client, account)
    },
  })
}

/** Those that were shown before stay, however far the reader went. */
async function addNewEntries(client: ApolloClient, id: string): Promise<void> {
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

function useIsSeen(): boolean {
  const [isSeen, setSeen] = useState(!document.hidden)
  useEffect(() => {
    const look = (): void => setSeen(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isSeen
}
