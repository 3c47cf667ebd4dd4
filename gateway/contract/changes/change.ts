/** A change between two schemas, and whom it may affect. Types and small helpers only. */
import type { Place } from '../../composition/remark.ts'

export type Level = 'breaking' | 'dangerous' | 'safe'

/**
 * The operations that a change affects, by the coordinates that they use. Without coordinates it
 * affects none.
 */
export interface Reach {
  readonly anyOf?: readonly string[]
  readonly allOf?: readonly string[]
  /** Except operations that use one of these in every request. */
  readonly unless?: readonly string[]
}

export interface Change {
  readonly level: Level
  /** For programs, such as `FIELD_REMOVED` or `KEY_REMOVED`. */
  readonly code: string
  /** What changed: a schema coordinate. */
  readonly coordinate: string
  /** One sentence. */
  readonly message: string
  /** The service in whose schema it is; `undefined` for the public schema. */
  readonly service?: string | undefined
  readonly reach: Reach
  /** True if it cannot affect an operation that is still valid. */
  readonly isSeenByValidation?: boolean
  /** Parts of other services' schemas that it affects. */
  readonly dependents?: readonly Dependent[]
  readonly place?: Place | undefined
}

/** A part of another service's schema that depends on the changed element. */
export interface Dependent {
  readonly service: string
  readonly coordinate: string
  readonly place?: Place | undefined
}

interface UsedBy {
  uses(coordinate: string): boolean
  alwaysUses(coordinate: string): boolean
}

export function isReached({ anyOf = [], allOf = [], unless = [] }: Reach, { uses, alwaysUses }: UsedBy): boolean {
  if (unless.some(alwaysUses)) return false
  return anyOf.some(uses) || (allOf.length > 0 && allOf.every(uses))
}
