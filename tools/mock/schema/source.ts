/**
 * Reads the mocked supergraph, or the schema of one service. Derives the public schema, and a
 * supergraph for the gateway with the mock as its only service.
 */
import { composeServices } from '@apollo/composition'
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  type NamedTypeNode,
  parse,
  print,
  type TypeDefinitionNode,
  visit,
} from 'graphql'
import { publicSchema } from '../../../gateway/composition/compose.ts'
import { printBuiltSchema } from '../../../gateway/execution/plan/print-schema.ts'
import { readGraphs } from '../../../gateway/supergraph/graphs.ts'
import { StartRefused } from '../../../platform/process/settings.ts'

export interface Source {
  readonly schema: GraphQLSchema
  /** The supergraph, with the mock at this address. */
  readonly supergraph: (url: string) => string
  /** The key field of each type. */
  readonly keys: ReadonlyMap<string, string>
  /** Sizes of `@listSize`, by `Type.field`. */
  readonly sizes: ReadonlyMap<string, Size>
}

interface Size {
  readonly slicing: readonly string[]
  readonly assumed: number | undefined
}

/** @throws StartRefused if the text is no schema */
export function readSource(text: string, name: string): Source {
  try {
    const isSupergraph = readGraphs(text).length > 0
    const original = withDefinitions(parse(text, { noLocation: true }))
    const api = isSupergraph
      ? publicSchema(text)
      : printBuiltSchema(buildASTSchema(withoutHidden(original), { assumeValidSDL: true }))
    const schema = buildASTSchema(parse(api, { noLocation: true }))
    const document = withCosts(parse(api, { noLocation: true }), original)
    return { schema, supergraph: (url) => compose(document, url), keys: keysOf(original), sizes: sizesOf(document) }
  } catch (error) {
    if (error instanceof StartRefused) throw error
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined
    throw new StartRefused(`${name}${place ? `:${place.line}:${place.column}` : ''}: ${(error as Error).message}`)
  }
}

/** Services that extend a type, such as `Query`, need not define it. */
function withDefinitions(document: DocumentNode): DocumentNode {
  const defined = new Set(document.definitions.flatMap((node) => (isTypeDefinitionNode(node) ? [node.name.value] : [])))
  const definitions = document.definitions.map((node) => {
    if (!isTypeExtensionNode(node) || defined.has(node.name.value)) return node
    defined.add(node.name.value)
    return { ...node, kind: node.kind.replace('Extension', 'Definition') } as TypeDefinitionNode
  })
  return { ...document, definitions }
}

/** Removes the parts of a service's schema that clients do not see. */
function withoutHidden(document: DocumentNode): DocumentNode {
  const isHidden = ({ directives }: { readonly directives?: readonly DirectiveNode[] | undefined }): boolean =>
    directives?.some(({ name }) => /^(?:\w+__)?inaccessible$/.test(name.value)) === true
  const hidden = new Set(
    document.definitions.flatMap((node) => (isTypeDefinitionNode(node) && isHidden(node) ? [node.name.value] : [])),
  )
  const isLeft = ({ name }: NamedTypeNode): boolean => !hidden.has(name.value)
  return visit(document, {
    enter(node) {
      if ('directives' in node && isHidden(node)) return null
      if ((isTypeDefinitionNode(node) || isTypeExtensionNode(node)) && hidden.has(node.name.value)) return null
      if ('interfaces' in node && node.interfaces) return { ...node, interfaces: node.interfaces.filter(isLeft) }
      if ('types' in node && node.types) return { ...node, types: node.types.filter(isLeft) }
      return undefined
    },
  })
}

/** The gateway's cost and list sizes come from the directives of the original. */
const COSTS = /^(?:\w+__)?(cost|listSize)$/
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])'

function withCosts(api: DocumentNode, original: DocumentNode): DocumentNode {
  const costs = new Map<string, readonly ConstDirectiveNode[]>()
  eachNode(original, (path, directives) => {
    const found = directives.flatMap((directive) => {
      const [, name] = COSTS.exec(directive.name.value) ?? []
      return name === undefined ? [] : [{ ...directive, name: { kind: Kind.NAME as const, value: name } }]
    })
    if (found.length > 0) costs.set(path, found)
    return undefined
  })
  return eachNode(api, (path, directives) => [...directives, ...(costs.get(path) ?? [])])
}

/**
 * Calls for each definition, field, argument and value, by its path; the result replaces its
 * directives.
 */
function eachNode(
  document: DocumentNode,
  use: (path: string, directives: readonly ConstDirectiveNode[]) => readonly ConstDirectiveNode[] | undefined,
): DocumentNode {
  const path: string[] = []
  return visit(document, {
    enter(node) {
      if (!('name' in node) || !node.name || node.kind === Kind.NAMED_TYPE || node.kind === Kind.DIRECTIVE)
        return undefined
      path.push(node.name.value)
      if (!('directives' in node)) return undefined
      const changed = use(path.join('.'), (node.directives ?? []) as readonly ConstDirectiveNode[])
      return changed ? { ...node, directives: changed } : undefined
    },
    leave(node) {
      if ('name' in node && node.name && node.kind !== Kind.NAMED_TYPE && node.kind !== Kind.DIRECTIVE) path.pop()
    },
  })
}

/** A directive that composition does not know, but the mock's own schema does. */
const ONE_OF = 'oneOf'

function compose(document: DocumentNode, url: string): string {
  const schema = eachNode(document, (_, directives) => directives.filter(({ name }) => name.value !== ONE_OF))
  const typeDefs = parse(`${LINK}\n${print({ ...schema, definitions: schema.definitions.filter(isOfSchema) })}`)
  // A single service can always answer: skipping that check saves a third of composing.
  const { supergraphSdl, errors } = composeServices([{ name: 'mock', url, typeDefs }], { runSatisfiability: false })
  if (errors)
    throw new StartRefused(['The schema cannot be mocked:', ...errors.map(({ message }) => `  ${message}`)].join('\n'))
  return supergraphSdl
}

/** False for definitions of linked specifications. */
const isOfSchema = (node: DefinitionNode): boolean =>
  node.kind !== Kind.DIRECTIVE_DEFINITION || !/^(cost|listSize|defer|stream|oneOf)$/.test(node.name.value)

/** Keys of one field: of `@join__type` in a supergraph, of `@key` in a service's schema. */
function keysOf({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  for (const node of definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
    for (const { name, arguments: args } of node.directives ?? []) {
      const argument = name.value === 'join__type' ? 'key' : name.value === 'key' ? 'fields' : undefined
      const value = args?.find((each) => each.name.value === argument)?.value
      if (value?.kind === Kind.STRING && /^\w+$/.test(value.value) && !keys.has(node.name.value))
        keys.set(node.name.value, value.value)
    }
  }
  return keys
}

function sizesOf(document: DocumentNode): Source['sizes'] {
  const sizes = new Map<string, Size>()
  eachNode(document, (path, directives) => {
    const declared = directives.find(({ name }) => name.value === 'listSize')
    if (!declared) return undefined
    const value = (name: string) => declared.arguments?.find((each) => each.name.value === name)?.value
    const assumed = value('assumedSize')
    const slicing = value('slicingArguments')
    sizes.set(path, {
      assumed: assumed?.kind === Kind.INT ? Number(assumed.value) : undefined,
      slicing:
        slicing?.kind === Kind.LIST
          ? slicing.values.flatMap((one) => (one.kind === Kind.STRING ? [one.value] : []))
          : [],
    })
    return undefined
  })
  return sizes
}
