/**
 * How the types of the whole supergraph, hidden ones included, belong together, and what fields
 * need of each other.
 */
import type { SupergraphFacts } from './planner.ts'

type IsHidden = (type: string, value?: string) => boolean

export interface TypeRelations {
  isObjectType(name: unknown): boolean
  /** Whether a type, or a value of an enum, exists but not for this client. */
  isHidden: IsHidden
  /** Everything belongs to itself. */
  belongsTo(typename: string, condition: string): boolean
  /**
   * What an object of a type may say that it is: object types, and interfaces of which some service
   * knows no objects.
   */
  members(type: string): readonly string[]
  /** What a service must be sent of an object to resolve a field of it, beside a key. */
  inputsOf(service: string, type: string, field: string): readonly string[]
  /** Whether a service can find an object of a type by these of its fields. */
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
