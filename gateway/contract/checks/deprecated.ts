/** Deprecated elements of a schema, and who still uses them. Pure. */
import { type GraphQLSchema, isIntrospectionType } from 'graphql'
import { membersIn } from '../../usage/coordinates.ts'
import { throughAbstract } from '../changes/read-as.ts'
import { type Affected, affectedOf } from './judge.ts'
import type { Use } from './use.ts'

export interface Deprecated {
  readonly coordinate: string
  readonly reason: string
  readonly askers: readonly Affected[]
}

/** Deprecated fields, arguments, input fields and enum values, and who uses them. */
export const deprecatedUse = (schema: GraphQLSchema, uses: readonly Use[]): readonly Deprecated[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type))
    .flatMap(membersIn)
    .flatMap(([coordinate, { deprecationReason: reason }]) => {
      if (typeof reason !== 'string') return []
      const readAs = throughAbstract(schema, coordinate)
      const askers = uses.filter((use) => readAs.some((one) => use.uses.has(one))).map((use) => affectedOf(use, readAs))
      return [{ coordinate, reason, askers }]
    })
