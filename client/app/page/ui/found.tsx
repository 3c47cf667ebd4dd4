import type { ReactNode } from 'react'
import { Loaded } from './ui.tsx'

interface FoundProps<Value> {
  /** The result of `useQuery`. */
  readonly query: { readonly error?: unknown; readonly refetch: () => unknown }
  /** Null if it does not exist. */
  readonly value: Value | null | undefined
  readonly missing: string
  readonly children: (value: Value) => ReactNode
}

/** Shows an object of the graph, or that it does not exist. */
export const Found = <Value,>({ query: { error, refetch }, value, missing, children }: FoundProps<Value>) => (
  <Loaded value={value ?? undefined} isEmpty={value === null} empty={missing} error={error} onRetry={refetch}>
    {children}
  </Loaded>
)
