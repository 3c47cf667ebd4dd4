/**
 * Writes the schema of the graph that finds nodes: `Query.node` and `Query.nodes` over every entity
 * that implements `Node` in a service. No service needs to know it; the gateway answers it itself
 * (`gateway/nodes/`).
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  print,
  specifiedScalarTypes,
  type TypeNode,
} from 'graphql'
import { keyFields } from '../../platform/protocol/node-id.ts'
import { MOST_NODES, NODE_GRAPH, NODE_URL } from '../supergraph/node-graph.ts'

/** A service's schema, as composition takes it. */
export interface ServiceDefinition {
  readonly name: string
  readonly url?: string
  readonly typeDefs: DocumentNode
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode

/** A node's key; the names of fields with their types. */
interface NodeType {
  readonly name: string
  readonly service: string
  readonly key: readonly { readonly name: string; readonly type: TypeNode }[]
}

/** Adds the graph if a service has nodes. @throws GraphQLError for a type that cannot be a node */
export function withNodeGraph(services: readonly ServiceDefinition[]): ServiceDefinition[] {
  const sdl = nodeSubgraph(services)
  if (sdl === undefined) return [...services]
  if (services.some(({ name }) => name === NODE_GRAPH))
    throw fault(`A service is called "${NODE_GRAPH}", as the graph that finds nodes is.`)
  return [...services, { name: NODE_GRAPH, url: NODE_URL, typeDefs: parse(sdl) }]
}

/** `undefined` if no service has nodes. */
function nodeSubgraph(services: readonly ServiceDefinition[]): string | undefined {
  const nodes = new Map<string, NodeType>()
  for (const { name: service, typeDefs } of services)
    for (const { type, key, node } of nodesOf(typeDefs, service)) {
      const other = nodes.get(type)
      if (other)
        throw fault(`Both ${other.service} and ${service} say that ${type} implements Node: one owner suffices.`, node)
      nodes.set(type, { name: type, service, key })
    }
  return nodes.size === 0 ? undefined : sdlOf([...nodes.values()])
}

function* nodesOf(
  { definitions }: DocumentNode,
  service: string,
): Generator<{ type: string; key: NodeType['key']; node: ObjectNode | undefined }> {
  const objects = definitions.filter(
    (one): one is ObjectNode => one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION,
  )
  if (!definitions.some(isNodeInterface)) return
  const byName = Map.groupBy(objects, ({ name }) => name.value)
  for (const [type, parts] of byName) {
    if (!parts.some(({ interfaces }) => interfaces?.some(({ name }) => name.value === 'Node'))) continue
    const key = firstKey(parts.flatMap(({ directives = [] }) => directives))
    const names = key === undefined ? undefined : keyFields(key)
    const fields = parts.flatMap((part) => part.fields ?? [])
    const types = names?.map((name) => ({ name, type: fields.find((field) => field.name.value === name)?.type }))
    if (!types?.every((field): field is NodeType['key'][number] => isLeaf(field.type, definitions)))
      throw fault(
        `${type} of ${service} implements Node, so its first @key must name fields with plain values.`,
        parts[0],
      )
    yield { type, key: types, node: parts[0] }
  }
}

const fault = (message: string, node?: ObjectNode): GraphQLError =>
  new GraphQLError(message, { ...(node && { nodes: [node] }), extensions: { code: 'INVALID_NODE' } })

/** Whether an interface is `Node` as defined here; another of this name is ignored. */
const isNodeInterface = (one: DefinitionNode): boolean =>
  (one.kind === Kind.INTERFACE_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_EXTENSION) &&
  one.name.value === 'Node' &&
  one.fields?.some(({ name, type }) => name.value === 'nodeId' && print(type) === 'ID!') === true

function firstKey(directives: readonly ConstDirectiveNode[]): string | undefined {
  const key = directives.find(({ name }) => name.value === 'key' || name.value === 'federation__key')
  const fields = key?.arguments?.find(({ name }) => name.value === 'fields')?.value
  return fields?.kind === Kind.STRING ? fields.value : undefined
}

/** Scalars of its own included, enums not. */
function isLeaf(type: TypeNode | undefined, definitions: DocumentNode['definitions']): boolean {
  const name = type === undefined ? undefined : namedIn(type)
  if (name === undefined) return false
  return (
    isSpecified(name) || definitions.some((one) => one.kind === Kind.SCALAR_TYPE_DEFINITION && one.name.value === name)
  )
}

/** `undefined` for a list. */
function namedIn(type: TypeNode): string | undefined {
  if (type.kind === Kind.NON_NULL_TYPE) return namedIn(type.type)
  return type.kind === Kind.NAMED_TYPE ? type.name.value : undefined
}

const isSpecified = (name: string): boolean => specifiedScalarTypes.some((scalar) => scalar.name === name)

function sdlOf(nodes: readonly NodeType[]): string {
  const scalars = new Set(nodes.flatMap(({ key }) => key.flatMap(({ type }) => namedIn(type) ?? [])))
  return `
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@cost", "@listSize"])

"An object with an id that no object of any other type has, and by which \`node\` finds it again."
interface Node {
  "Opaque, safe in a URL, and the same for ever. Other arguments take the object's own id."
  nodeId: ID!
}

type Query {
  "The object with this \`nodeId\`; null where there is none, or none that the caller may see."
  node(nodeId: ID!): Node
  "One for each of the ids, at most ${MOST_NODES}, in their order: as \`node\` gives it. With more ids \`data\` is null."
  nodes(nodeIds: [ID!]!): [Node]! @listSize(assumedSize: ${MOST_NODES})
}
${[...scalars]
  .filter((name) => !isSpecified(name))
  .map((name) => `scalar ${name}\n`)
  .join('')}
${nodes.map(typeOf).join('\n')}`
}

/** The owner gives \`nodeId\`, which proves that the entity exists. */
const typeOf = ({ name, key }: NodeType): string => `
type ${name} implements Node @key(fields: "${key.map((field) => field.name).join(' ')}", resolvable: false) {
  ${key.map((field) => `${field.name}: ${print(field.type)}`).join('\n  ')}
  nodeId: ID! @external
}`
