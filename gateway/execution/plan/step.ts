/** What a plan does, in which order. */
import type { FetchNode } from '@apollo/query-planner'
import type { DataPath } from './data-path.ts'
import type { FetchQuestion } from './question.ts'

/** A request to a service, for objects that are there already or for the root. */
export interface Fetch {
  readonly kind: 'fetch'
  /** Its number among the fetches of the plan. */
  readonly index: number
  readonly node: FetchNode
  /** Where the objects are that it adds to: several where equal fetches became one. */
  readonly paths: readonly DataPath[]
  /** Where another fetch of the same step asks its service for entities, too. */
  readonly question?: FetchQuestion | undefined
}

/** Each part of a sequence waits for the one before it. */
export type Step = Fetch | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
