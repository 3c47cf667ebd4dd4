/** The steps of a plan. */
import type { FetchNode } from '@apollo/query-planner'
import type { DataPath } from './data-path.ts'
import type { FetchQuestion } from './question.ts'

/** A request to a service, for objects that exist already or for the root. */
export interface Fetch {
  readonly kind: 'fetch'
  /** Its number among the fetches of the plan. */
  readonly index: number
  readonly node: FetchNode
  /** Paths to the objects that it adds to: several if equal fetches were merged. */
  readonly paths: readonly DataPath[]
  /** Present if another fetch of the same step also requests entities of its service. */
  readonly question?: FetchQuestion | undefined
}

/** Each part of a sequence waits for the one before it. */
export type Step = Fetch | { readonly kind: 'sequence' | 'parallel'; readonly steps: readonly Step[] }
