/** What became of the last operation of each of GraphiQL's tabs, for the panel below the answer. */
import type { ExecutionResult } from 'graphql'
import { useSyncExternalStore } from 'react'
import type { Trace } from '../../../exchange/trace.ts'

export type Run =
  | { readonly state: 'running' }
  | { readonly state: 'traced'; readonly trace: Trace }
  /** A subscription; the latest event first. */
  | { readonly state: 'following'; readonly events: readonly FollowedEvent[]; readonly isOver: boolean }
  /** Refused before a service was asked, or lost. */
  | { readonly state: 'untraced' }

export interface FollowedEvent {
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  readonly result: ExecutionResult
}

export interface Runs {
  /** Notes whose operations follow: GraphiQL does not tell its fetcher. */
  open(tab: string): void
  /** An operation of the open tab begins; the result is called with what becomes of it. */
  begin(): (run: Run) => void
  of(tab: string): Run | undefined
  /** Calls `listener` after each change; the result ends that. */
  subscribe(listener: () => void): () => void
}

export function createRuns(): Runs {
  const runs = new Map<string, Run>()
  const listeners = new Set<() => void>()
  const latest = new Map<string, number>()
  let openTab = ''
  return {
    open(tab) {
      openTab = tab
    },
    begin() {
      const tab = openTab
      const mine = (latest.get(tab) ?? 0) + 1
      latest.set(tab, mine)
      const tell = (run: Run): void => {
        if (latest.get(tab) !== mine) return
        runs.set(tab, run)
        for (const listener of listeners) listener()
      }
      tell({ state: 'running' })
      return tell
    },
    of: (tab) => runs.get(tab),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export const useRun = (runs: Runs, tab: string): Run | undefined =>
  useSyncExternalStore(runs.subscribe, () => runs.of(tab))
