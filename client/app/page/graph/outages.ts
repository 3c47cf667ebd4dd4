/**
 * Tracks which services are unavailable, by the answers. Interrupts nobody: the page shows outages,
 * and retries by itself.
 */
import { type ApolloClient, ApolloLink, NetworkStatus, type ObservableQuery } from '@apollo/client'
import { useEffect, useSyncExternalStore } from 'react'
import { tap } from 'rxjs'

/** A service of the graph, or the network. */
export type Away = 'banking' | 'content' | 'weather' | 'network'

interface Miss {
  readonly away: readonly Away[]
  /** True for queries, which screens show; other operations are in flight or were abandoned. */
  readonly isQuery: boolean
  /** Unix milliseconds. */
  readonly at: number
}

const CODES = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])
const AGAIN = 3_000 // milliseconds
/** Longer than the library's pauses between two tries. */
const STALE = 40_000 // milliseconds

/** The missing fields of each operation's last run. */
const missed = new Map<string, Miss>()
let shown: readonly Away[] = []
const listeners = new Set<() => void>()

function note(operation: string, away: readonly Away[], isQuery = false): void {
  if (away.length === 0) missed.delete(operation)
  else missed.set(operation, { away, isQuery, at: Date.now() })
  const next = [...new Set([...missed.values()].flatMap((miss) => miss.away))].sort()
  if (next.join() === shown.join()) return
  shown = next
  for (const listener of listeners) listener()
}

const isAway = (name: unknown): name is Away => name === 'banking' || name === 'content' || name === 'weather'

/** Inspects every answer and every failure. */
export const outageLink = new ApolloLink((operation, forward) => {
  const name = operation.operationName ?? ''
  const isQuery = operation.operationType === 'query'
  return forward(operation).pipe(
    tap({
      next({ errors = [] }) {
        const away = errors
          .filter(({ extensions }) => CODES.has(String(extensions?.['code'])))
          .map(({ extensions }) => extensions?.['service'])
        note(name, away.filter(isAway), isQuery)
      },
      error: ({ name: kind }: Error) => kind !== 'AbortError' && note(name, ['network'], isQuery),
    }),
  )
})

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The current outages; while there are any, the affected queries are retried. */
export function useOutages(client: ApolloClient): readonly Away[] {
  const away = useSyncExternalStore(subscribe, () => shown)
  useEffect(() => {
    if (away.length === 0) return undefined
    const again = (): void => void askAgain(client)
    const timer = setInterval(again, AGAIN)
    addEventListener('online', again)
    return () => {
      clearInterval(timer)
      removeEventListener('online', again)
    }
  }, [away, client])
  return away
}

/** Retries one query of each name first, and the others of that name after a complete answer. */
export async function askAgain(client: ApolloClient): Promise<void> {
  const active = [...client.getObservableQueries('active')]
  for (const [name, { at, isQuery }] of missed) {
    const ofName = active.filter((query) => query.queryName === name)
    const [first, ...others] = ofName.filter(hasFault)
    if (!first) {
      const isOver = isQuery ? !ofName.some(isLoading) : at < Date.now() - STALE
      if (isOver) note(name, [])
      continue
    }
    const { error } = await first.refetch().catch((error: unknown) => ({ error }))
    if (!error) for (const other of others) void other.refetch().catch(() => undefined)
  }
}

const hasFault = (query: ObservableQuery): boolean => query.getCurrentResult().error !== undefined && !isLoading(query)

const isLoading = (query: ObservableQuery): boolean => {
  const { networkStatus } = query.getCurrentResult()
  return networkStatus !== NetworkStatus.ready && networkStatus !== NetworkStatus.error
}
