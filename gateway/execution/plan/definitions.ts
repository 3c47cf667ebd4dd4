/** Parts of the definitions of a schema, as syntax. */
import {
  type DefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type NamedTypeNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql'

type Member = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode

export const isType = (node: DefinitionNode): node is TypeDefinitionNode => node.kind.endsWith('TypeDefinition')

export const typesByName = (definitions: readonly DefinitionNode[]): ReadonlyMap<string, TypeDefinitionNode> =>
  new Map(definitions.filter(isType).map((node) => [node.name.value, node]))

/** Fields of objects, interfaces and inputs, and values of enums. */
export const membersOf = (type: TypeDefinitionNode): readonly Member[] =>
  'fields' in type ? (type.fields ?? []) : 'values' in type ? (type.values ?? []) : []

export const interfacesOf = (type: TypeDefinitionNode): readonly NamedTypeNode[] =>
  ('interfaces' in type && type.interfaces) || []

export const argumentsOf = (member: Member): readonly InputValueDefinitionNode[] =>
  ('arguments' in member && member.arguments) || []

/** Without lists and nulls. */
export const namedOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type)

/** The names of the root types. */
export function rootNames(definitions: readonly DefinitionNode[]): readonly string[] {
  const schema = definitions.find((node) => node.kind === Kind.SCHEMA_DEFINITION)
  return schema ? schema.operationTypes.map(({ type }) => type.name.value) : ['Query', 'Mutation', 'Subscription']
}
