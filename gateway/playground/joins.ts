/**
 * Where an operation goes from one service to another, for the page to show which service gave a
 * field of an event. A sketch by the fields' owners; the planner decides by itself.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { type Fragments, fragmentsOf } from '../execution/plan/conditions.ts'
import { textOf } from '../execution/plan/field-sets.ts'
import type { JoinOfTab } from './page/common/settings.ts'

/** By type: the graphs that have it, and by field those that resolve it. */
type Owners = ReadonlyMap<
  string,
  { readonly all: readonly string[]; readonly fields: ReadonlyMap<string, readonly string[]> }
>

/** The first has the path of the root field; none for a document without exactly one operation. */
export function joinsOf(document: DocumentNode, schema: GraphQLSchema, supergraph: string): readonly JoinOfTab[] {
  const operation = getOperationAST(document)
  const root = operation && schema.getRootType(operation.operation)
  if (!root) return []
  const owners = readOwners(supergraph)
  const fragments = fragmentsOf(document)
  const joins: JoinOfTab[] = []

  const follow = (set: SelectionSetNode, typeName: string, path: readonly string[], service: string): void => {
    const type = schema.getType(typeName)
    for (const field of fieldsOf(set, fragments)) {
      const graphs = owners.get(typeName)?.fields.get(field.name.value) ?? owners.get(typeName)?.all ?? []
      const own = graphs.includes(service) || graphs.length === 0 ? service : (graphs[0] ?? service)
      const inner = [...path, field.alias?.value ?? field.name.value]
      if (own !== service) joins.push({ path: inner.join('.'), service: own })
      const next = isObjectType(type) ? getNamedType(type.getFields()[field.name.value]?.type) : undefined
      if (next && field.selectionSet) follow(field.selectionSet, next.name, inner, own)
    }
  }
  follow(operation.selectionSet, root.name, [], '')
  return joins
}

/** With those of fragments, whatever their type. */
function fieldsOf(set: SelectionSetNode, fragments: Fragments): readonly FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
    return inner ? fieldsOf(inner.selectionSet, fragments) : []
  })
}

function readOwners(supergraph: string): Owners {
  const { definitions } = parse(supergraph, { noLocation: true })
  const names = new Map<string, string>()
  for (const definition of definitions)
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph')
      for (const { name, directives } of definition.values ?? []) {
        const graph = directives?.find(isNamed('join__graph'))
        names.set(name.value, (graph && textOf(graph, 'name')) ?? name.value)
      }
  const graphsOf = (directives: readonly ConstDirectiveNode[] = [], name: string): readonly string[] =>
    directives
      .filter((directive) => isNamed(name)(directive) && !isExternal(directive))
      .flatMap((directive) => names.get(textOf(directive, 'graph') ?? '') ?? [])

  return new Map(
    definitions.flatMap((definition) => {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return []
      const fields = (definition.fields ?? [])
        .map(({ name, directives }) => [name.value, graphsOf(directives, 'join__field')] as const)
        .filter(([, graphs]) => graphs.length > 0)
      const all = graphsOf(definition.directives, 'join__type')
      return [[definition.name.value, { all, fields: new Map(fields) }] as const]
    }),
  )
}

const isNamed =
  (name: string) =>
  (directive: ConstDirectiveNode): boolean =>
    directive.name.value === name

const isExternal = (directive: ConstDirectiveNode): boolean =>
  directive.arguments?.some(
    ({ name, value }) => name.value === 'external' && value.kind === Kind.BOOLEAN && value.value,
  ) ?? false
