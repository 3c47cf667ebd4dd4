/**
 * A contract as Apollo makes one: what the filter hides is marked `@inaccessible` in the
 * supergraph, and the library of Apollo's gateway takes it out of the public schema, or refuses.
 */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type ASTNode, type ConstDirectiveNode, type DocumentNode, Kind, parse, printSchema, visit } from 'graphql'

interface Filter {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

type Annotated = Extract<ASTNode, { readonly directives?: readonly ConstDirectiveNode[] | undefined }>

const tagsOf = ({ directives = [] }: Annotated): readonly string[] =>
  directives
    .filter(({ name }) => name.value === 'tag')
    .flatMap(
      (directive) => directive.arguments?.map(({ value }) => (value.kind === Kind.STRING ? value.value : '')) ?? [],
    )

const inaccessible: ConstDirectiveNode = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'inaccessible' },
}

const HEADER = `
  extend schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM
    | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`

/** SDL of the contract. @throws where Apollo's library refuses it */
export function stockContract(supergraph: string, filter: Filter): string {
  const isLinked = supergraph.includes('directive @inaccessible')
  const document = parse(isLinked ? supergraph : `${supergraph}\n${HEADER}`)
  const marked = markMembers(document, filter)
  const built = Supergraph.build(markEmptied(marked), { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
  return printSchema(built.apiSchema().toGraphQLJSSchema())
}

function markMembers(document: DocumentNode, { include, exclude }: Filter): DocumentNode {
  const isExcluded = (node: Annotated): boolean => tagsOf(node).some((tag) => exclude.includes(tag))
  const isIncluded = (...nodes: readonly Annotated[]): boolean =>
    include.length === 0 || nodes.flatMap(tagsOf).some((tag) => include.includes(tag))
  const hide = <Node extends Annotated>(node: Node, isHidden: boolean): Node =>
    isHidden && !isMarked(node) ? { ...node, directives: [...(node.directives ?? []), inaccessible] } : node
  return visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      if ('name' in node && node.name && /^(join|link)__/.test(node.name.value)) return false
      if (node.kind === Kind.DIRECTIVE_DEFINITION) return false
      if (node.kind === Kind.UNION_TYPE_DEFINITION) return hide(node, isExcluded(node) || !isIncluded(node))
      if (node.kind === Kind.FIELD_DEFINITION) {
        const type = (Array.isArray(parent) ? ancestors.at(-1) : parent) as Annotated
        return hide(node, isExcluded(node) || !isIncluded(node, type))
      }
      const others: readonly string[] = [
        Kind.OBJECT_TYPE_DEFINITION,
        Kind.INTERFACE_TYPE_DEFINITION,
        Kind.INPUT_OBJECT_TYPE_DEFINITION,
        Kind.INPUT_VALUE_DEFINITION,
        Kind.ENUM_TYPE_DEFINITION,
        Kind.ENUM_VALUE_DEFINITION,
        Kind.SCALAR_TYPE_DEFINITION,
      ]
      return others.includes(node.kind) ? hide(node as Annotated, isExcluded(node as Annotated)) : undefined
    },
  })
}

const isMarked = ({ directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] | undefined }): boolean =>
  directives.some(({ name }) => name.value === 'inaccessible')

/** Types whose members are all hidden go with them. */
function markEmptied(document: DocumentNode): DocumentNode {
  const hidden = new Set<string>()
  const mark = <Node extends Annotated & { readonly name: { readonly value: string } }>(
    node: Node,
    members: readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[] = [],
  ): Node => {
    if (/^(join|link)__/.test(node.name.value)) return node
    const isEmptied = members.length > 0 && members.every(isMarked)
    if (isEmptied || isMarked(node)) hidden.add(node.name.value)
    return isEmptied && !isMarked(node) ? { ...node, directives: [...(node.directives ?? []), inaccessible] } : node
  }
  const marked = visit(document, {
    ObjectTypeDefinition: (node) => mark(node, node.fields),
    InterfaceTypeDefinition: (node) => mark(node, node.fields),
    InputObjectTypeDefinition: (node) => mark(node, node.fields),
    EnumTypeDefinition: (node) => mark(node, node.values),
  })
  return visit(marked, {
    UnionTypeDefinition: (node) =>
      mark(
        node,
        node.types?.map(({ name }) => (hidden.has(name.value) ? { directives: [inaccessible] } : {})),
      ),
  })
}
