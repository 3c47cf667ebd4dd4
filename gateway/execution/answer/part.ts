/** An answer in parts, before it is written in one of the formats that clients read. */
import type { GraphQLError } from 'graphql'
import type { Path } from './error-report.ts'

/** What is deferred of one object. */
export interface Pending {
  /** Its number among those of the answer. */
  readonly id: number
  /** Of the object. */
  readonly path: Path
  /** By which the client knows the fragment. */
  readonly label: string | undefined
}

/** Fields that an object gets. */
export interface Addition {
  /** Of the object. */
  readonly path: Path
  readonly data: Readonly<Record<string, unknown>>
}

/** What was deferred, and has come. */
/** @template Told errors as they are told */
export interface Completed<Told = GraphQLError> extends Pending {
  /** What is new of it; `undefined` where a null took all of it. */
  readonly additions: readonly Addition[] | undefined
  readonly errors: readonly Told[]
  /**
   * All of the fragment, with what the client has already. Call it before the next part is made.
   */
  whole(): unknown
}

export interface Part<Told = GraphQLError> {
  /** Of the first part: what was not deferred. */
  readonly first?: { readonly data: unknown; readonly errors: readonly Told[] }
  /** What is announced to follow. */
  readonly pending: readonly Pending[]
  readonly completed: readonly Completed<Told>[]
  readonly hasNext: boolean
}
