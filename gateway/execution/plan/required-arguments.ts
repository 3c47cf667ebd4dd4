/**
 * Gives each required field with arguments a name of its own in the planner's supergraph, so that
 * the planner cannot mistake `price(currency: EUR)` for `price(currency: USD)`, and translates
 * plans back to the services' names. Clients never see these names.
 */
import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { parseFieldSet, textOf } from './field-sets.ts'
import { mapFetches } from './map-fetches.ts'
import { namedType } from './type-nodes.ts'

interface RequiredField {
  readonly name: string
  readonly arguments: readonly ArgumentNode[]
}

/** Keyed by their names for the planner. */
export type RequiredArguments = ReadonlyMap<string, RequiredField>

type TypeDefinition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

export function withRequiredArguments(supergraph: DocumentNode): {
  document: DocumentNode
  requiredArguments: RequiredArguments
} {
  const types = new Map<string, TypeDefinition>()
  const names = new Set<string>()
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    types.set(type.name.value, type)
    for (const field of type.fields ?? []) names.add(field.name.value)
  }
  const requiredArguments = new Map<string, RequiredField>()
  const bySignature = new Map<string, string>()
  const added = new Map<string, Set<string>>()

  const nameFor = (field: FieldNode): string => {
    const args = [...(field.arguments ?? [])].sort((left, right) => left.name.value.localeCompare(right.name.value))
    const signature = `${field.name.value}(${args.map((argument) => print(argument)).join()})`
    let name = bySignature.get(signature)
    for (let count = 1; name === undefined; count++) {
      const candidate = `${field.name.value}_required_${count}`
      if (!names.has(candidate)) name = candidate
    }
    names.add(name)
    bySignature.set(signature, name)
    requiredArguments.set(name, { name: field.name.value, arguments: args })
    return name
  }

  const addTo = (typeName: string, field: string, own: string): void => {
    added.set(typeName, (added.get(typeName) ?? new Set()).add(`${field} ${own}`))
    for (const [name, type] of types) {
      if (type.interfaces?.some((each) => each.name.value === typeName)) addTo(name, field, own)
    }
  }

  const rewrite = ({ selections, ...rest }: SelectionSetNode, typeName: string): SelectionSetNode => ({
    ...rest,
    selections: selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value ?? typeName
        return { ...selection, selectionSet: rewrite(selection.selectionSet, on) }
      }
      const definition = types.get(typeName)?.fields?.find((field) => field.name.value === selection.name.value)
      const below = definition ? namedType(definition.type) : typeName
      const selectionSet = selection.selectionSet && rewrite(selection.selectionSet, below)
      const nested = selectionSet ? { ...selection, selectionSet } : selection
      if (!selection.arguments || selection.arguments.length === 0) return nested
      const own = nameFor(selection)
      addTo(typeName, selection.name.value, own)
      return { ...nested, name: { kind: Kind.NAME, value: own }, arguments: [] }
    }),
  })

  const rewritten = mapFields(supergraph, (type, field) => ({
    ...field,
    directives: (field.directives ?? []).map((directive) => {
      const requires = textOf(directive, 'requires')
      if (requires === undefined) return directive
      return withRequires(directive, fieldSetText(rewrite(parseFieldSet(requires), type.name.value)))
    }),
  }))
  if (requiredArguments.size === 0) return { document: supergraph, requiredArguments }
  return { document: addFields(rewritten, added), requiredArguments }
}

/** Adds each field to the services that have the field it stands for. */
const addFields = (document: DocumentNode, added: ReadonlyMap<string, ReadonlySet<string>>): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return type
    const more = Array.from(added.get(type.name.value) ?? []).flatMap((pair): FieldDefinitionNode[] => {
      const [name, own = ''] = pair.split(' ')
      const field = type.fields?.find((each) => each.name.value === name)
      return field ? [{ ...field, name: { kind: Kind.NAME, value: own }, arguments: [] }] : []
    })
    return more.length === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...more] }
  }),
})

const mapFields = (
  document: DocumentNode,
  change: (type: TypeDefinition, field: FieldDefinitionNode) => FieldDefinitionNode,
): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? { ...type, fields: (type.fields ?? []).map((field) => change(type, field)) }
      : type,
  ),
})

const fieldSetText = (selection: SelectionSetNode): string => stripIgnoredCharacters(print(selection)).slice(1, -1)

const withRequires = (directive: ConstDirectiveNode, requires: string): ConstDirectiveNode => ({
  ...directive,
  arguments: (directive.arguments ?? []).map((argument) =>
    argument.name.value === 'requires' ? { ...argument, value: { kind: Kind.STRING, value: requires } } : argument,
  ),
})

/**
 * Translates a plan for the services: each added field becomes the one it stands for, under an
 * alias; inputs get the services' names.
 */
export const withServicesNames = (plan: QueryPlan, required: RequiredArguments): QueryPlan =>
  mapFetches(plan, (node) => (required.size === 0 ? node : fetchNode(node, required)))

function fetchNode(node: FetchNode, required: RequiredArguments): FetchNode {
  const document = visit(parse(node.operation, { noLocation: true }), {
    enter: (field) => {
      const original = field.kind === Kind.FIELD ? required.get(field.name.value) : undefined
      if (!original || field.kind !== Kind.FIELD) return undefined
      const name = { kind: Kind.NAME as const, value: original.name }
      return { ...field, alias: field.alias ?? field.name, name, arguments: original.arguments }
    },
  })
  const requires = node.requires?.map((selection) => inputNode(selection, required))
  return { ...node, operation: stripIgnoredCharacters(print(document)), ...(requires && { requires }) }
}

/** In an input, the alias is the name in the engine's data, and the name is that in the service. */
function inputNode(node: QueryPlanSelectionNode, required: RequiredArguments): QueryPlanSelectionNode {
  const selections = node.selections?.map((selection) => inputNode(selection, required))
  if (node.kind === 'InlineFragment') return { ...node, selections: selections ?? [] }
  const original = required.get(node.name)
  return {
    ...node,
    ...(selections && { selections }),
    ...(original && { alias: node.alias ?? node.name, name: original.name }),
  }
}
