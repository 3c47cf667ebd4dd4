/** Turns the expectations of consumer contracts into values for a mock. */
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { fragmentsOf } from '../../../gateway/execution/plan/conditions.ts'
import type { Contract } from '../../consumers/contracts/contract.ts'
import { exampleOf } from '../../consumers/contracts/matchers.ts'
import { idFieldOf } from '../resolve/identity.ts'
import { type Given, type GivenValue, keyOf } from '../resolve/objects.ts'
import type { WorldOptions } from '../resolve/world.ts'

type Json = Readonly<Record<string, unknown>>
type Examples = Pick<WorldOptions, 'examples' | 'known'>

/** Contracts of operations that the schema does not have are left out. */
export function examplesOf(
  contracts: readonly Contract[],
  schema: GraphQLSchema,
  keys: ReadonlyMap<string, string>,
): Examples {
  const examples = new Map<string, Map<string, GivenValue>>()
  const known = new Map<string, Given>()
  for (const contract of contracts) {
    const operation = getOperationAST(contract.document)
    const root = operation && schema.getRootType(operation.operation)
    if (!operation || !root || validate(schema, contract.document).length > 0) continue
    const read = createReader(contract, operation, schema, keys, known)
    const values = read(operation.selectionSet, root, exampleOf(contract.answer) as Json).values
    examples.set(root.name, new Map([...(examples.get(root.name) ?? []), ...values]))
  }
  return { examples, known }
}

type Read = (set: SelectionSetNode, type: GraphQLCompositeType, data: Json) => Given

function createReader(
  { document, variables }: Contract,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  keys: ReadonlyMap<string, string>,
  known: Map<string, Given>,
): Read {
  const fragments = fragmentsOf(document)
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)

  const givenOf = (node: FieldNode, named: unknown, value: unknown): GivenValue => {
    if (value === null || value === undefined) return null
    if (Array.isArray(value)) return value.map((each) => givenOf(node, named, each))
    if (!isCompositeType(named as GraphQLCompositeType) || !node.selectionSet) return value as GivenValue
    return read(node.selectionSet, named as GraphQLCompositeType, value as Json)
  }
  const collect = (
    set: SelectionSetNode,
    type: GraphQLCompositeType,
    data: Json,
    values: Map<string, GivenValue>,
  ): void => {
    for (const node of set.selections) {
      if (node.kind !== Kind.FIELD) {
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
        if (fragment)
          collect(fragment.selectionSet, typeOf(schema, fragment.typeCondition?.name.value) ?? type, data, values)
        continue
      }
      const value = data[(node.alias ?? node.name).value]
      const field = 'getFields' in type ? type.getFields()[node.name.value] : undefined
      if (value === undefined || !field) continue
      values.set(
        keyOf(field.name, getArgumentValues(field, node, coerced)),
        givenOf(node, getNamedType(field.type), value),
      )
    }
  }
  const read: Read = (set, type, data) => {
    const concrete = isAbstractType(type) ? (fitting(set, data) ?? type) : type
    const values = new Map<string, GivenValue>()
    collect(set, concrete, data, values)
    const given: Given = { values, typename: concrete.name }
    const idField = isObjectType(concrete) ? idFieldOf(concrete, keys) : undefined
    const id = idField === undefined ? undefined : values.get(idField)
    if (typeof id === 'string' || typeof id === 'number') known.set(`${concrete.name}:${id}`, given)
    return given
  }
  /** The type of the fragment whose fields are in the data. */
  const fitting = (set: SelectionSetNode, data: Json): GraphQLCompositeType | undefined => {
    const named = typeOf(schema, data['__typename'])
    if (named) return named
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) continue
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)
      const type = typeOf(schema, fragment?.typeCondition?.name.value)
      const isThere = fragment?.selectionSet.selections.some(
        (each) => each.kind === Kind.FIELD && (each.alias ?? each.name).value in data,
      )
      if (isObjectType(type) && isThere) return type
    }
    return undefined
  }
  return read
}

function typeOf(schema: GraphQLSchema, name: unknown): GraphQLCompositeType | undefined {
  const type = typeof name === 'string' ? schema.getType(name) : undefined
  return isCompositeType(type) ? type : undefined
}
