/**
 * Which services are away, as the answers tell it, and until answers tell otherwise. Nothing here
 * interrupts anybody: the page shows it, and asks again by itself.
 */
import { type ApolloClient, ApolloLink, type ObservableQuery } from '@apollo/client'
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import { useEffect, useSyncExternalStore } from 'react'
import { tap } from 'rxjs'
import { SignedOutError } from '../sign-in/session.ts'

/** A service of the graph, or the way to it. */
export type Away = 'banking' | 'content' | 'weather' | 'network'

const CODES = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])
const AGAIN = 5_000 // milliseconds

/** By service: the operations that missed it when they last ran. */
const missed = new Map<Away, Set<string>>()
let shown: readonly Away[] = []
const listeners = new Set<() => void>()

function tell(): void {
  const next = [...missed].filter(([, names]) => names.size > 0).map(([away]) => away)
  if (next.join() === shown.join()) return
  shown = next
  for (const listener of listeners) listener()
}

function note(operation: string, away: readonly Away[]): void {
  for (const names of missed.values()) names.delete(operation)
  for (const one of away) missed.set(one, (missed.get(one) ?? new Set()).add(operation))
  tell()
}

const isAway = (name: unknown): name is Away => name === 'banking' || name === 'content' || name === 'weather'

export const outageLink = new ApolloLink((operation, forward) => {
  const name = operation.operationName ?? ''
  return forward(operation).pipe(
    tap({
      next({ errors = [] }) {
        const away = errors
          .filter(({ extensions }) => CODES.has(String(extensions?.['code'])))
          .map(({ extensions }) => extensions?.['service'])
        note(name, away.filter(isAway))
      },
      error(error: Error) {
        if (error.name === 'AbortError' || error instanceof SignedOutError || CombinedGraphQLErrors.is(error)) return
        note(name, ['network'])
      },
    }),
  )
})

/** What is away now; while anything is, the queries that miss it are asked again. */
export function useOutages(client: ApolloClient): readonly Away[] {
  const away = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
  useEffect(() => {
    if (away.length === 0) return undefined
    const timer = setInterval(() => void askAgain(client), AGAIN)
    const now = (): void => void askAgain(client)
    addEventListener('online', now)
    return () => {
      clearInterval(timer)
      removeEventListener('online', now)
    }
  }, [away, client])
  return away
}

/** One query of each name goes first; the others of its name follow once it is answered in full. */
export async function askAgain(client: ApolloClient): Promise<void> {
  const names = new Set([...missed.values()].flatMap((set) => [...set]))
  const active = [...client.getObservableQueries('active')]
  for (const name of names) {
    const [first, ...others] = active.filter((query) => query.queryName === name && hasFault(query))
    if (!first) {
      note(name, [])
      continue
    }
    const { error } = await first.refetch().catch((error: unknown) => ({ error }))
    if (!error) for (const other of others) void other.refetch().catch(() => undefined)
  }
}

const hasFault = (query: ObservableQuery): boolean => query.getCurrentResult().error !== undefined
