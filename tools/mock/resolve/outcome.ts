/** Chooses the type of a union or interface: an acceptance or a refusal. */
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isEnumType,
  isObjectType,
} from 'graphql'
import { hashOf } from '../data/random.ts'
import type { AnyField, Given, MockObject } from './objects.ts'
import type { World } from './world.ts'

const REFUSES = /refus|error|problem|fail|reject|denied|invalid|exception|conflict/i

/** A type that is no refusal, if there is one. */
function successOf(types: readonly GraphQLObjectType[], choice: number): GraphQLObjectType | undefined {
  const accepting = types.filter(({ name }) => !REFUSES.test(name))
  const usable = accepting.length > 0 ? accepting : types
  return usable[choice % usable.length]
}

/** The refusal with this code, if the schema has one, as data rather than an error. */
export function refusalIn(
  world: World,
  field: AnyField,
  code: string,
  { path }: GraphQLResolveInfo,
): MockObject | undefined {
  const named = getNamedType(field.type)
  if (!isAbstractType(named)) return undefined
  for (const type of world.schema.getPossibleTypes(named)) {
    const known = Object.values(type.getFields()).find(({ type: of }) => {
      const values = getNamedType(of)
      return isEnumType(values) && values.getValue(code) !== undefined
    })
    if (!known || !REFUSES.test(type.name)) continue
    const given: Given = { values: new Map([[known.name, code]]) }
    return { __typename: type.name, key: `${field.name}:${path.key}:${code}`, given }
  }
  return undefined
}

/** An object type for an abstract type. @param wanted if known */
export function concreteOf(
  world: World,
  type: GraphQLOutputType,
  key: string,
  wanted?: string,
): GraphQLObjectType | undefined {
  const named = getNamedType(type)
  if (isObjectType(named)) return named
  if (!isAbstractType(named)) return undefined
  const possible = world.schema.getPossibleTypes(named)
  return possible.find(({ name }) => name === wanted) ?? successOf(possible, hashOf(`${world.seed}:${key}`))
}
