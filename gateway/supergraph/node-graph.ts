/**
 * Reads the node graph of a supergraph, which the gateway itself serves and which has the address
 * `tributary:node`: the types of nodes, their keys, and the services that own them.
 */
import { type DirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql'
import { keyFields } from '../../platform/protocol/node-id.ts'

/** Its name in a supergraph composed here. */
export const NODE_GRAPH = 'node'
export const NODE_URL = 'tributary:node'

/** Maximum ids of `Query.nodes`. */
export const MOST_NODES = 100

export const isNodeGraph = ({ url }: { readonly url: string }): boolean => url === NODE_URL

/** Whether a supergraph has a node graph. */
export const hasNodeGraph = (supergraph: DocumentNode): boolean => nodeGraphIn(supergraph) !== undefined

/** Its name within the supergraph; `undefined` if there is none. */
export const nodeGraphIn = (supergraph: DocumentNode): string | undefined =>
  graphsIn(supergraph).find(({ url }) => url === NODE_URL)?.value

/** How a type's nodes are found. */
export interface NodeType {
  /** The service that gives its `nodeId`. */
  readonly service: string
  /** Names of the key's fields. */
  readonly key: readonly string[]
  /** The type of each key field's values in an id; `undefined` for any. */
  readonly valueTypes: readonly (ValueType | undefined)[]
}

type ValueType = 'string' | 'number' | 'boolean'

/** The node graph, as plain data. */
export interface NodeGraph {
  readonly name: string
  /** Keyed by the name of the type. */
  readonly types: ReadonlyMap<string, NodeType>
}

/** `undefined` if a supergraph has none. */
export function readNodeGraph(supergraph: DocumentNode): NodeGraph | undefined {
  const { name } = graphsIn(supergraph).find(({ url }) => url === NODE_URL) ?? {}
  return name === undefined ? undefined : { name, types: readNodeTypes(supergraph, name) }
}

/** @param graph the name of the node graph */
function readNodeTypes({ definitions }: DocumentNode, graph: string): ReadonlyMap<string, NodeType> {
  const names = new Map(graphsIn({ definitions }).map(({ value, name = '' }) => [value, name]))
  const types = definitions.flatMap((type): [string, NodeType][] => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION || isHidden(type)) return []
    const key = joinsOf(type, 'join__type').find(
      (join) => names.get(join.graph ?? '') === graph && join.key !== undefined,
    )?.key
    const service = key === undefined ? undefined : ownerOf(type, names, graph)
    if (service === undefined) return []
    const fields = keyFields(key ?? '') ?? []
    return [[type.name.value, { service, key: fields, valueTypes: fields.map((field) => valueTypeOf(type, field)) }]]
  })
  return new Map(types)
}

/**
 * Types of key values as services write them: an `ID` written as a number would be a second name of
 * the same node.
 */
const VALUE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ['ID', 'string'],
  ['String', 'string'],
  ['Int', 'number'],
  ['Float', 'number'],
  ['Boolean', 'boolean'],
])

function valueTypeOf({ fields = [] }: ObjectTypeDefinitionNode, field: string): ValueType | undefined {
  const type = fields.find(({ name }) => name.value === field)?.type
  const named = type?.kind === Kind.NON_NULL_TYPE ? type.type : type
  return named?.kind === Kind.NAMED_TYPE ? VALUE_TYPES.get(named.name.value) : undefined
}

/** Whether a type is hidden from clients. */
const isHidden = ({ directives = [] }: ObjectTypeDefinitionNode): boolean =>
  directives.some(({ name }) => name.value === 'inaccessible')

/** The service that resolves `nodeId` of a type. */
function ownerOf(
  type: ObjectTypeDefinitionNode,
  names: ReadonlyMap<string, string>,
  graph: string,
): string | undefined {
  const field = type.fields?.find(({ name }) => name.value === 'nodeId')
  const own = field ? joinsOf(field, 'join__field').filter(({ external }) => !external) : []
  return [...own, ...joinsOf(type, 'join__type')]
    .map((join) => names.get(join.graph ?? ''))
    .find((name) => name !== undefined && name !== graph)
}

/** The values of `join__Graph`. */
const graphsIn = ({ definitions }: Pick<DocumentNode, 'definitions'>) =>
  definitions
    .flatMap((one) =>
      one.kind === Kind.ENUM_TYPE_DEFINITION && one.name.value === 'join__Graph' ? (one.values ?? []) : [],
    )
    .map((value) => ({ value: value.name.value, ...joinsOf(value, 'join__graph')[0] }))

interface Join {
  readonly graph?: string
  readonly key?: string
  readonly name?: string
  readonly url?: string
  readonly external?: boolean
}

const joinsOf = (
  { directives = [] }: { readonly directives?: readonly DirectiveNode[] },
  name: string,
): readonly Join[] =>
  directives
    .filter((directive) => directive.name.value === name)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).flatMap(({ name: { value: argument }, value }) =>
          value.kind === Kind.ENUM || value.kind === Kind.STRING || value.kind === Kind.BOOLEAN
            ? [[argument, value.value]]
            : [],
        ),
      ),
    )
