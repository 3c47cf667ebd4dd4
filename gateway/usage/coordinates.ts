/**
 * Finds the schema coordinates that an operation uses: `Type`, `Type.field`,
 * `Type.field(argument:)`, `Enum.VALUE`, `Input.field` and `@directive`. An enum that it reads also
 * counts as `Enum.*`, because any value may come. Never includes a value of the operation.
 */
import {
  type ArgumentNode,
  type ASTNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredInputField,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ObjectFieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
} from 'graphql'

/** Called for each use, with its node; may repeat coordinates. */
type OnUse = (coordinate: string, node: ASTNode) => void

export const fieldOf = (type: string, field: string): string => `${type}.${field}`
export const argumentOf = (field: string, argument: string): string => `${field}(${argument}:)`
/** Stands for every value of an enum: an operation that reads the enum may get any. */
export const anyValueOf = (type: string): string => `${type}.*`

interface UseOptions {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /**
   * Whether a variable counts as using every input field and enum value of its type; otherwise only
   * the types count.
   */
  readonly guessVariables: boolean
  readonly onUse: OnUse
  /** Called for each argument and input field that may be left out, so that its default counts. */
  readonly onOmit?: (coordinate: string) => void
}

/** Skips introspection, and anything that the schema does not have. */
export function visitUses(operation: OperationDefinitionNode, options: UseOptions): void {
  const { schema, fragments, guessVariables, onUse, onOmit } = options
  const seen = new Set<string>()
  const isSure = surenessIn(operation)
  const uses: LiteralUses = { onUse, onOmit, isSure }

  /** Built-in scalars do not count. */
  const noteType = (type: GraphQLNamedType, node: ASTNode): void => {
    if (!isScalarType(type) || !isSpecifiedScalarType(type)) onUse(type.name, node)
  }

  const ofDirectives = (directives: readonly DirectiveNode[] = []): void => {
    for (const directive of directives) {
      const name = `@${directive.name.value}`
      onUse(name, directive)
      const definition = schema.getDirective(directive.name.value)
      for (const argument of directive.arguments ?? []) {
        const known = definition?.args.find(({ name }) => name === argument.name.value)
        if (!known) continue
        onUse(argumentOf(name, known.name), argument)
        readLiteral(argument.value, known.type, uses)
      }
    }
  }

  const ofField = (node: FieldNode, parent: GraphQLNamedType): void => {
    ofDirectives(node.directives)
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined
    if (!field || node.name.value.startsWith('__')) return
    const coordinate = fieldOf(parent.name, field.name)
    const type = getNamedType(field.type)
    onUse(parent.name, node)
    onUse(coordinate, node)
    noteType(type, node)
    if (isEnumType(type)) onUse(anyValueOf(type.name), node)
    for (const argument of node.arguments ?? []) {
      const known = field.args.find(({ name }) => name === argument.name.value)
      if (!known) continue
      onUse(argumentOf(coordinate, known.name), argument)
      readLiteral(argument.value, known.type, uses)
    }
    if (onOmit)
      for (const { name } of field.args) if (!isSure(node.arguments, name)) onOmit(argumentOf(coordinate, name))
    if (node.selectionSet) ofSelections(node.selectionSet, type)
  }

  const ofSelections = ({ selections }: SelectionSetNode, parent: GraphQLNamedType): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        ofField(selection, parent)
        continue
      }
      ofDirectives(selection.directives)
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
      const fragment = isSpread ? fragments.get(selection.name.value) : selection
      // A fragment's uses depend on its own type, not on where it is spread.
      if (!fragment || (isSpread && seen.has(selection.name.value))) continue
      if (isSpread) seen.add(selection.name.value)
      const condition = fragment.typeCondition
      const type = condition ? schema.getType(condition.name.value) : parent
      if (!type) continue
      if (condition) onUse(type.name, condition)
      ofSelections(fragment.selectionSet, type)
    }
  }

  ofDirectives(operation.directives)
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node)
    if (!type) continue
    noteType(getNamedType(type), variable)
    if (defaultValue) readLiteral(defaultValue, type as GraphQLInputType, uses)
    if (guessVariables) readAll(getNamedType(type), (coordinate) => onUse(coordinate, variable), onOmit)
  }
  const root = schema.getRootType(operation.operation)
  if (root) ofSelections(operation.selectionSet, root)
}

interface LiteralUses extends Pick<UseOptions, 'onUse'> {
  readonly onOmit: UseOptions['onOmit'] | undefined
  readonly isSure: ReturnType<typeof surenessIn>
}

/** Whether a value is given in every request: an absent variable leaves the default. */
function surenessIn({ variableDefinitions = [] }: OperationDefinitionNode) {
  const absent = new Set(
    variableDefinitions
      .filter(({ type, defaultValue }) => type.kind !== Kind.NON_NULL_TYPE && !defaultValue)
      .map(({ variable }) => variable.name.value),
  )
  return (given: readonly (ArgumentNode | ObjectFieldNode)[] = [], name: string): boolean => {
    const value = given.find((one) => one.name.value === name)?.value
    return value !== undefined && !(value.kind === Kind.VARIABLE && absent.has(value.name.value))
  }
}

/** The uses of a literal; variables inside do not count yet. */
function readLiteral(value: ValueNode, type: GraphQLInputType, uses: LiteralUses): void {
  const { onUse, onOmit, isSure } = uses
  const named = getNamedType(type)
  if (value.kind === Kind.LIST) for (const item of value.values) readLiteral(item, named, uses)
  else if (value.kind === Kind.ENUM && isEnumType(named)) {
    onUse(named.name, value)
    if (named.getValue(value.value)) onUse(fieldOf(named.name, value.value), value)
  } else if (value.kind === Kind.OBJECT && isInputObjectType(named)) {
    onUse(named.name, value)
    if (onOmit)
      for (const name of Object.keys(named.getFields()))
        if (!isSure(value.fields, name)) onOmit(fieldOf(named.name, name))
    for (const { name, value: inner } of value.fields) {
      const field = named.getFields()[name.value]
      if (!field) continue
      onUse(fieldOf(named.name, field.name), name)
      readLiteral(inner, field.type, uses)
    }
  }
}

/** Every input field and enum value below a type. A field that is not required may be left out. */
function readAll(
  type: GraphQLNamedType,
  use: (coordinate: string) => void,
  omit: UseOptions['onOmit'],
  seen: Set<GraphQLNamedType> = new Set(),
): void {
  if (seen.has(type)) return
  seen.add(type)
  if (isEnumType(type)) {
    use(type.name)
    for (const { name } of type.getValues()) use(fieldOf(type.name, name))
  } else if (isInputObjectType(type)) {
    use(type.name)
    for (const field of Object.values(type.getFields())) {
      use(fieldOf(type.name, field.name))
      if (!isRequiredInputField(field)) omit?.(fieldOf(type.name, field.name))
      readAll(getNamedType(field.type), use, omit, seen)
    }
  }
}

/** The members of a type: values of an enum, fields of an input, or fields with their arguments. */
export function membersIn(type: GraphQLNamedType): readonly (readonly [coordinate: string, member: Member])[] {
  if (isEnumType(type)) return type.getValues().map((value) => [fieldOf(type.name, value.name), value])
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => [fieldOf(type.name, field.name), field])
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => {
    const coordinate = fieldOf(type.name, field.name)
    return [[coordinate, field], ...field.args.map((one) => [argumentOf(coordinate, one.name), one] as const)]
  })
}

type Member = GraphQLEnumValue | GraphQLInputField | GraphQLField<unknown, unknown> | GraphQLArgument
