/** What a schema says is deprecated, and who still asks for it. Pure. */
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { argumentOf, fieldOf } from '../../usage/coordinates.ts'
import type { Feeler } from './judge.ts'
import type { Use } from './use.ts'

export interface Deprecated {
  readonly coordinate: string
  readonly reason: string
  readonly askers: readonly Feeler[]
}

/** Deprecated fields, arguments, input fields and enum values, by coordinate. */
export function deprecatedIn(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const note = (coordinate: string, { deprecationReason: reason }: { deprecationReason?: unknown }): void => {
    if (typeof reason === 'string') found.set(coordinate, reason)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isEnumType(type)) for (const value of type.getValues()) note(fieldOf(type.name, value.name), value)
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) note(fieldOf(type.name, field.name), field)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = fieldOf(type.name, field.name)
      note(coordinate, field)
      for (const argument of field.args) note(argumentOf(coordinate, argument.name), argument)
    }
  }
  return found
}

export const deprecatedUse = (schema: GraphQLSchema, uses: readonly Use[]): readonly Deprecated[] =>
  [...deprecatedIn(schema)].map(([coordinate, reason]) => ({
    coordinate,
    reason,
    askers: uses
      .filter((use) => use.uses.has(coordinate))
      .map(({ uses: own, isValid: _, kind: __, place, ...who }) => ({ ...who, place: own.get(coordinate) ?? place })),
  }))
