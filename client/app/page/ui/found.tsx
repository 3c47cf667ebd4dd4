import type { ReactNode } from 'react'
import { Loaded } from './ui.tsx'

interface FoundProps<Value> {
  /** What `useQuery` gives. */
  readonly query: { readonly error?: unknown; readonly refetch: () => unknown }
  /** Null where there is no such thing. */
  readonly value: Value | null | undefined
  readonly missing: string
  readonly children: (value: Value) => ReactNode
}

/** One thing of the graph, or that there is none. */
export const Found = <Value,>({ query: { error, refetch }, value, missing, children }: FoundProps<Value>) => (
  <Loaded value={value ?? undefined} isEmpty={value === null} empty={missing} error={error} onRetry={refetch}>
    {children}
  </Loaded>
)
