/** Prints schemas that were built from SDL. */
import {
  astFromValue,
  type ConstValueNode,
  type DefinitionNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  printSchema,
} from 'graphql'

type Input = GraphQLArgument | GraphQLInputField

/**
 * Like `printSchema`, which throws if the default of a custom scalar is an object or a list: prints
 * such a default as it was written. Removes it from the schema, which must not be used for anything
 * else.
 */
export function printBuiltSchema(schema: GraphQLSchema): string {
  const defaults = new Map<string, ConstValueNode>()
  for (const [coordinate, input] of inputsOf(schema)) {
    const written = input.astNode?.defaultValue
    if (!written || isPrintable(input)) continue
    defaults.set(coordinate, written)
    input.defaultValue = undefined
  }
  const text = printSchema(schema)
  if (defaults.size === 0) return text
  const { definitions, ...document } = parse(text)
  return print({ ...document, definitions: definitions.map((definition) => withDefaults(definition, defaults)) })
}

function isPrintable({ defaultValue, type }: Input): boolean {
  try {
    astFromValue(defaultValue, type)
    return true
  } catch {
    return false
  }
}

function* inputsOf(schema: GraphQLSchema): Generator<readonly [coordinate: string, Input], void, undefined> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field]
    if (isObjectType(type) || isInterfaceType(type))
      for (const { name, args } of Object.values(type.getFields()))
        for (const argument of args) yield [`${type.name}.${name}.${argument.name}`, argument]
  }
  for (const { name, args } of schema.getDirectives())
    for (const argument of args) yield [`@${name}.${argument.name}`, argument]
}

function withDefaults(definition: DefinitionNode, defaults: ReadonlyMap<string, ConstValueNode>): DefinitionNode {
  const within = (owner: string, inputs: readonly InputValueDefinitionNode[] = []) =>
    inputs.map((input) => {
      const defaultValue = defaults.get(`${owner}.${input.name.value}`)
      return defaultValue ? { ...input, defaultValue } : input
    })
  if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
    return { ...definition, fields: within(definition.name.value, definition.fields) }
  if (definition.kind === Kind.DIRECTIVE_DEFINITION)
    return { ...definition, arguments: within(`@${definition.name.value}`, definition.arguments) }
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
    return definition
  const { name, fields = [] } = definition
  return {
    ...definition,
    fields: fields.map((field) => ({
      ...field,
      arguments: within(`${name.value}.${field.name.value}`, field.arguments),
    })),
  }
}
