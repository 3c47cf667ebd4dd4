/**
 * Checks an answer's data against the specification: exactly the requested fields, each of its
 * type, and null only if nullable. Knows nothing of services.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'

type Values = Readonly<Record<string, unknown>>

const leaves: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  // A number of any length.
  ID: (value) => typeof value === 'string' || Number.isInteger(value) || Math.abs(Number(value)) === Infinity,
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  Float: (value) => Number.isFinite(value),
  Boolean: (value) => typeof value === 'boolean',
}

export function conforms(schema: GraphQLSchema, document: DocumentNode, variables: Values, data: unknown): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each)
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return false
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue?.kind === Kind.BOOLEAN ? [[variable.name.value, defaultValue.value] as const] : [],
  )
  const given = { ...Object.fromEntries(defaults), ...variables }

  const isIncluded = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, given)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, given)?.['if'] !== false

  const collect = (
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
  ): Map<string, FieldNode[]> => {
    for (const selection of selections) {
      if (!isIncluded(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        fields.set(name, [...(fields.get(name) ?? []), selection])
        continue
      }
      const body = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      const on = body?.typeCondition && (typeFromAST(schema, body.typeCondition) as GraphQLCompositeType)
      const applies = !on || on === type || (!isObjectType(on) && schema.isSubType(on, type))
      if (body && applies) collect(type, body.selectionSet, fields)
    }
    return fields
  }

  const isObject = (value: unknown, type: GraphQLObjectType, sets: readonly SelectionSetNode[]): boolean => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const fields = new Map<string, FieldNode[]>()
    for (const set of sets) collect(type, set, fields)
    const names = Object.keys(value)
    if (names.length !== fields.size) return false
    return Array.from(fields).every(([name, nodes]) => {
      if (!Object.hasOwn(value, name)) return false
      const member = (value as Values)[name]
      const field = nodes[0]?.name.value ?? ''
      if (field === '__typename') return member === type.name
      const declared = type.getFields()[field]?.type
      // Introspection is not checked.
      return !declared || isOf(member, declared, nodes)
    })
  }

  const isOf = (value: unknown, type: GraphQLOutputType, nodes: readonly FieldNode[]): boolean => {
    if (isNonNullType(type)) return value !== null && isOf(value, type.ofType, nodes)
    if (value === null) return true
    if (isListType(type)) return Array.isArray(value) && value.every((item) => isOf(item, type.ofType, nodes))
    if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined
    if (!isCompositeType(type)) return Object.hasOwn(leaves, type.name) ? leaves[type.name]?.(value) === true : true
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type)
    return types.some((each) => isObject(value, each, sets))
  }

  return data === null || isObject(data, root, [operation.selectionSet])
}
