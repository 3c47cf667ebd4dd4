/** An answer in parts, before it is written in one of the wire formats. */
import type { GraphQLError } from 'graphql'
import type { Path } from './error-report.ts'

/** A deferred fragment of one object. */
export interface Pending {
  /** Its number among those of the answer. */
  readonly id: number
  /** Path of the object. */
  readonly path: Path
  /** The label that the client gave the fragment. */
  readonly label: string | undefined
}

/** Fields added to an object. */
export interface Addition {
  /** Path of the object. */
  readonly path: Path
  readonly data: Readonly<Record<string, unknown>>
}

/** A deferred fragment that is complete. */
/** @template Told the form of its errors */
export interface Completed<Told = GraphQLError> extends Pending {
  /** What it adds; `undefined` if a null removed all of it. */
  readonly additions: readonly Addition[] | undefined
  readonly errors: readonly Told[]
  /**
   * The whole fragment, including what the client already has. Call it before the next part is
   * made.
   */
  whole(): unknown
}

export interface Part<Told = GraphQLError> {
  /** In the first part only: everything that is not deferred. */
  readonly first?: { readonly data: unknown; readonly errors: readonly Told[] }
  /** Fragments announced with this part. */
  readonly pending: readonly Pending[]
  readonly completed: readonly Completed<Told>[]
  readonly hasNext: boolean
}
