/** What a schema says is deprecated, and who still asks for it. Pure. */
import { type GraphQLSchema, isIntrospectionType } from 'graphql'
import { membersIn } from '../../usage/coordinates.ts'
import { type Feeler, feelerOf } from './judge.ts'
import type { Use } from './use.ts'

export interface Deprecated {
  readonly coordinate: string
  readonly reason: string
  readonly askers: readonly Feeler[]
}

/** Deprecated fields, arguments, input fields and enum values, and who asks for them. */
export const deprecatedUse = (schema: GraphQLSchema, uses: readonly Use[]): readonly Deprecated[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type))
    .flatMap(membersIn)
    .flatMap(([coordinate, { deprecationReason: reason }]) => {
      if (typeof reason !== 'string') return []
      const askers = uses.filter((use) => use.uses.has(coordinate)).map((use) => feelerOf(use, [coordinate]))
      return [{ coordinate, reason, askers }]
    })
