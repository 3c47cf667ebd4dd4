/** Which concrete types belong to which interfaces and unions, in the whole supergraph, hidden types included. */
import type { SupergraphFacts } from './planner.ts'

export interface TypeRelations {
  isObjectType(name: unknown): boolean
  /** Everything belongs to itself. */
  belongsTo(typename: string, condition: string): boolean
}

export function typeRelations({ objectTypes, subtypes }: SupergraphFacts): TypeRelations {
  const objects = new Set<unknown>(objectTypes)
  const members = new Map(Object.entries(subtypes).map(([name, types]) => [name, new Set(types)]))
  return {
    isObjectType: (name) => objects.has(name),
    belongsTo: (typename, condition) => typename === condition || (members.get(condition)?.has(typename) ?? false),
  }
}
