/**
 * Executes a plan's calls to the node graph in this process. It gives only types and keys: the plan
 * fetches everything else from the services.
 */
import { buildASTSchema, execute, GraphQLError, type GraphQLFormattedError, type GraphQLSchema, parse } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import { keepWhole } from '../errors/reported.ts'
import { MOST_NODES, type NodeType } from '../supergraph/node-graph.ts'
import type { ParsedAnswer } from '../traffic/call/send.ts'
import { createParsedDocuments } from './documents.ts'
import type { Find } from './find.ts'

/** A request as a plan writes it. */
export interface NodeRequest {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>>
}

type AnswerNodes = (request: NodeRequest, find: Find) => Promise<ParsedAnswer>

export function createAnswerNodes(types: ReadonlyMap<string, NodeType>): AnswerNodes {
  const schema = schemaOf(types)
  const documents = createParsedDocuments()
  return async ({ query, operationName, variables = {} }, find) => {
    const document = documents.of(query)
    const { data, errors } = await execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      rootValue: rootOf(find),
    })
    return { data: plain(data ?? null), ...(errors && { errors: errors.map(told) }) }
  }
}

/** The data as parsed from JSON. */
const plain = (data: object | null): Record<string, unknown> | null => JSON.parse(JSON.stringify(data))

/** The error as the client sees it, with the service's error behind it. */
function told(error: GraphQLError): GraphQLFormattedError {
  const { originalError: thrown } = error
  return thrown instanceof GraphQLError ? keepWhole(error.toJSON(), thrown) : error.toJSON()
}

function rootOf(find: Find) {
  const withId = async (nodeId: string) => {
    const found = await find(nodeId)
    return found && { ...found, nodeId }
  }
  return {
    node: ({ nodeId }: { nodeId: string }) => withId(nodeId),
    nodes({ nodeIds }: { nodeIds: readonly string[] }) {
      if (nodeIds.length > MOST_NODES)
        throw codedError('BAD_USER_INPUT', `"nodeIds" must hold at most ${MOST_NODES} ids.`)
      return nodeIds.map(withId)
    },
  }
}

/** Key values pass through unchanged from the id. */
const schemaOf = (types: ReadonlyMap<string, NodeType>): GraphQLSchema =>
  buildASTSchema(
    parse(`
      scalar Value
      interface Node { nodeId: ID! }
      type Query { node(nodeId: ID!): Node nodes(nodeIds: [ID!]!): [Node]! }
      ${[...types].map(([name, { key }]) => typeOf(name, key)).join('\n')}
    `),
  )

const typeOf = (name: string, key: readonly string[]): string =>
  `type ${name} implements Node { nodeId: ID! ${key.map((field) => `${field}: Value`).join(' ')} }`
