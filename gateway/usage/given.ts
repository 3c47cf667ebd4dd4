/**
 * What the variables of a request give: names of input fields and enum values, by schema
 * coordinate. Names that the schema does not have are passed over, so no value of a client is ever
 * one of them.
 */
import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql'
import { fieldOf } from './coordinates.ts'

type Found = (coordinate: string) => void
export type ReadGiven = (variables: Readonly<Record<string, unknown>>, found: Found) => void

/** Values of a request that are looked at; a longer list is known by its first items. */
const MOST = 1_000

/** @returns the values that are left to look at */
type Walk = (value: unknown, found: Found, left: number) => number

/** `undefined` for an operation whose variables have no names to give. */
export function variablesGivenBy(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) {
  const walks = variableDefinitions.flatMap(({ variable, type }) => {
    const walk = walkOf(typeFromAST(schema, type) as GraphQLInputType | undefined)
    return walk ? [{ name: variable.name.value, walk }] : []
  })
  if (walks.length === 0) return undefined
  const read: ReadGiven = (variables, found) => {
    let left = MOST
    for (const { name, walk } of walks) if (Object.hasOwn(variables, name)) left = walk(variables[name], found, left)
  }
  return read
}

const known = new WeakMap<GraphQLEnumType | GraphQLInputObjectType, Walk>()

function walkOf(type: GraphQLInputType | undefined): Walk | undefined {
  const named = type && getNamedType(type)
  if (!isEnumType(named) && !isInputObjectType(named)) return undefined
  const made = known.get(named) ?? inLists(isEnumType(named) ? walkEnum(named) : walkObject(named))
  known.set(named, made)
  return made
}

/** Lists of any depth. */
function inLists(walkItem: Walk): Walk {
  const walk: Walk = (value, found, left) => {
    if (!Array.isArray(value)) return value === null || value === undefined ? left : walkItem(value, found, left - 1)
    let rest = left
    for (const item of value) {
      if (rest <= 0) break
      rest = walk(item, found, rest)
    }
    return rest
  }
  return walk
}

function walkEnum(type: GraphQLEnumType): Walk {
  const values = new Map(type.getValues().map(({ name }) => [name, fieldOf(type.name, name)]))
  return (value, found, left) => {
    const coordinate = typeof value === 'string' ? values.get(value) : undefined
    if (coordinate !== undefined) found(coordinate)
    return left
  }
}

function walkObject(type: GraphQLInputObjectType): Walk {
  // Made at the first use: input types may contain themselves.
  let fields: ReadonlyMap<string, { readonly coordinate: string; readonly walk: Walk | undefined }> | undefined
  return (value, found, left) => {
    if (typeof value !== 'object' || value === null) return left
    fields ??= new Map(
      Object.values(type.getFields()).map((field) => [
        field.name,
        { coordinate: fieldOf(type.name, field.name), walk: walkOf(field.type) },
      ]),
    )
    found(type.name)
    let rest = left
    for (const name of Object.keys(value)) {
      const field = rest > 0 ? fields.get(name) : undefined
      if (!field) continue
      found(field.coordinate)
      rest = field.walk ? field.walk((value as Record<string, unknown>)[name], found, rest) : rest - 1
    }
    return rest
  }
}
