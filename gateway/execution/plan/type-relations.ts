/**
 * How the types of the whole supergraph, hidden ones included, belong together, and what fields
 * need of each other.
 */
import type { SupergraphFacts } from './planner.ts'

export interface TypeRelations {
  isObjectType(name: unknown): boolean
  /** Everything belongs to itself. */
  belongsTo(typename: string, condition: string): boolean
  /** What a service must be sent of an object to resolve a field of it, beside a key. */
  inputsOf(service: string, type: string, field: string): readonly string[]
  /** Whether a service can find an object of a type by these of its fields. */
  isKey(service: string, type: string, fields: readonly string[]): boolean
}

export function typeRelations({ objectTypes, subtypes, requiredInputs, keys }: SupergraphFacts): TypeRelations {
  const objects = new Set<unknown>(objectTypes)
  const members = new Map(Array.from(subtypes, ([name, types]) => [name, new Set(types)]))
  return {
    isObjectType: (name) => objects.has(name),
    belongsTo: (typename, condition) => typename === condition || (members.get(condition)?.has(typename) ?? false),
    inputsOf: (service, type, field) => requiredInputs.get(service)?.get(`${type}.${field}`) ?? [],
    isKey: (service, type, fields) =>
      (keys.get(service)?.get(type) ?? []).some((key) => key.every((name) => fields.includes(name))),
  }
}
