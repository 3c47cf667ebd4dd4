/** Replaces literals by variables. Enum values of the schema and null stay. */
import {
  type GraphQLInputType,
  GraphQLNonNull,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  Kind,
  parseType,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql'

interface Literals {
  /**
   * The replacement of a value. A custom scalar may contain anything, so it is replaced as a whole.
   */
  replace(value: ValueNode, type: GraphQLInputType): ValueNode
  /** Definitions of the new variables. */
  readonly definitions: readonly VariableDefinitionNode[]
  /** Names of the operation's own variables that are still used. */
  readonly used: ReadonlySet<string>
}

/** @param nameOf returns the next variable's name */
export function createLiterals(nameOf: () => string): Literals {
  const definitions: VariableDefinitionNode[] = []
  const used = new Set<string>()

  const variableOf = (type: GraphQLInputType): ValueNode => {
    const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: nameOf() } } as const
    // It replaces a value that was given, so it is never null.
    const text = String(new GraphQLNonNull(getNullableType(type)))
    definitions.push({ kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(text, { noLocation: true }) })
    return variable
  }

  const replace = (value: ValueNode, type: GraphQLInputType): ValueNode => {
    if (value.kind === Kind.VARIABLE) used.add(value.name.value)
    if (value.kind === Kind.VARIABLE || isKept(value, type)) return value
    if (!holdsVariable(value)) return variableOf(type)
    const nullable = getNullableType(type)
    if (value.kind === Kind.LIST && isListType(nullable))
      return { ...value, values: value.values.map((item) => replace(item, nullable.ofType)) }
    const named = getNamedType(type)
    if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return variableOf(type)
    const known = named.getFields()
    const fields = value.fields.flatMap((field) => {
      const { type } = known[field.name.value] ?? {}
      return type ? [{ ...field, value: replace(field.value, type) }] : []
    })
    return { ...value, fields }
  }
  return { replace, definitions, used }
}

export const isKept = (value: ValueNode, type: GraphQLInputType): boolean => {
  const named = getNamedType(type)
  return value.kind === Kind.NULL || (value.kind === Kind.ENUM && isEnumType(named) && !!named.getValue(value.value))
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable)
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => holdsVariable(field.value))
  return value.kind === Kind.VARIABLE
}
