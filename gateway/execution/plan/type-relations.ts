/**
 * Relations between the types of the whole supergraph, including hidden ones, and between fields
 * and their inputs.
 */
import type { SupergraphFacts } from './planner.ts'

type IsHidden = (type: string, value?: string) => boolean

export interface TypeRelations {
  isObjectType(name: unknown): boolean
  /** Whether a type, or a value of an enum, exists but not for this client. */
  isHidden: IsHidden
  /** Every type belongs to itself. */
  belongsTo(typename: string, condition: string): boolean
  /**
   * The names that `__typename` of such an object may have: object types, and interfaces whose
   * objects some service does not know.
   */
  members(type: string): readonly string[]
  /** The inputs besides a key that a service needs to resolve a field. */
  inputsOf(service: string, type: string, field: string): readonly string[]
  /** Whether these fields are a key by which a service finds objects of a type. */
  isKey(service: string, type: string, fields: readonly string[]): boolean
}

export function typeRelations(
  { objectTypes, subtypes, interfaceObjects, requiredInputs, keys }: SupergraphFacts,
  isHidden: IsHidden = () => false,
): TypeRelations {
  const objects = new Set<unknown>(objectTypes)
  const members = new Map(Array.from(subtypes, ([name, types]) => [name, new Set(types)]))
  const named = new Set([...objectTypes, ...interfaceObjects])
  return {
    members: (type) => [type, ...(subtypes.get(type) ?? [])].filter((name) => named.has(name)),
    isObjectType: (name) => objects.has(name),
    isHidden,
    belongsTo: (typename, condition) => typename === condition || (members.get(condition)?.has(typename) ?? false),
    inputsOf: (service, type, field) => requiredInputs.get(service)?.get(`${type}.${field}`) ?? [],
    isKey: (service, type, fields) =>
      (keys.get(service)?.get(type) ?? []).some((key) => key.every((name) => fields.includes(name))),
  }
}
