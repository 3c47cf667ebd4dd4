/** Gives the screens the connection; Apollo's own context has the client. */
import { ApolloProvider } from '@apollo/client/react'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import type { Connection } from '../../../connection/connection.ts'
import type { Pending } from '../../../connection/outbox.ts'
import { type Graph, openGraph } from './connection.ts'

const Context = createContext<Connection | undefined>(undefined)
/** One graph for each user of this page, even if React renders twice. */
const graphs = new Map<string, Graph>()

function graphOf(subject: string): Graph {
  const graph = graphs.get(subject) ?? openGraph()
  graphs.set(subject, graph)
  return graph
}

export function GraphOf({ subject, children }: { readonly subject: string; readonly children: ReactNode }) {
  const { client, connection } = graphOf(subject)
  return (
    <Context value={connection}>
      <ApolloProvider client={client}>{children}</ApolloProvider>
    </Context>
  )
}

export function useConnection(): Connection {
  const connection = useContext(Context)
  if (!connection) throw new Error('Screens are shown to users who are signed in.')
  return connection
}

/** Requests that the bank has not answered yet. */
export function usePending(): readonly Pending[] {
  const connection = useConnection()
  const [pending, setPending] = useState<readonly Pending[]>([])
  useEffect(() => {
    let isShown = true
    const read = (): void => {
      void connection.pending().then((all) => isShown && setPending(all))
    }
    read()
    const stop = connection.onPending(read)
    addEventListener('storage', read) // another tab has begun or settled one
    return () => {
      isShown = false
      stop()
      removeEventListener('storage', read)
    }
  }, [connection])
  return pending
}
