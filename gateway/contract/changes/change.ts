/** A change between two schemas, and who may feel it. Types and small helpers only. */
import type { Place } from '../../composition/remark.ts'

export type Level = 'breaking' | 'dangerous' | 'safe'

/**
 * Which operations a change concerns, by the coordinates that they use. One without any concerns
 * none.
 */
export interface Reach {
  readonly anyOf?: readonly string[]
  readonly allOf?: readonly string[]
  /** Not those that use one of these in every request. */
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
  /** True if an operation that is still valid cannot feel it. */
  readonly isSeenByValidation?: boolean
  /** What feels it besides operations: parts of other services' schemas. */
  readonly dependents?: readonly Dependent[]
  readonly place?: Place | undefined
}

/** A part of another service's schema that relies on what was changed. */
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
