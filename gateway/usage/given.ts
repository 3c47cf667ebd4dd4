/**
 * Finds the input fields and enum values that the variables of a request use, as schema
 * coordinates. Names that the schema does not have are skipped, so that no value of a client can be
 * recorded.
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

/** Maximum values visited per request; of a longer list only the first items count. */
const MOST = 1_000

/** @returns how many more values may be visited */
type Walk = (value: unknown, found: Found, left: number) => number

/** `undefined` for an operation whose variables cannot use any. */
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
  // Made at the first use, because input types may be recursive.
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
