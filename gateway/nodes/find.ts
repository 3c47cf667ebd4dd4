/**
 * Finds out which nodes exist for a caller: asks the service that owns each type, with the caller's
 * credentials, only for `__typename`. Ids requested at the same time go out in one call per
 * service. Keeps nothing.
 */
import DataLoader from 'dataloader'
import { GraphQLError } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import { decodeNodeId, type KeyValue } from '../../platform/protocol/node-id.ts'
import { serviceError } from '../execution/answer/failure.ts'
import { entityBody } from '../execution/calls/request-body.ts'
import type { NodeType } from '../supergraph/node-graph.ts'
import type { ParsedAnswer, RequestBody, ServiceAnswer } from '../traffic/call/send.ts'

/** An entity for the rest of the plan: its type, and its key. */
type Representation = Readonly<Record<string, KeyValue>>

/** The result for an id: null if the entity does not exist for the caller. */
type Found = Representation | GraphQLError | null

/** Rejects for an invalid id, and if the service does not answer. */
export type Find = (nodeId: string) => Promise<Representation | null>

/** Calls a service for the caller of the request. */
type AskService = (service: string, body: RequestBody) => Promise<Pick<ServiceAnswer, 'parsed'>>

/** @param askService rejects with a coded `GraphQLError` if no answer came */
export function createFind(types: ReadonlyMap<string, NodeType>, askService: AskService): Find {
  const loader = new DataLoader<string, Representation | null>(async (nodeIds) => {
    const found = new Map<string, Found>(nodeIds.map((nodeId) => [nodeId, noId()]))
    const named = nodeIds.flatMap((nodeId) => nodeOf(nodeId, types) ?? [])
    await Promise.all(
      [...Map.groupBy(named, ({ service }) => service)].map(async ([service, nodes]) => {
        const representations = nodes.map(({ representation }) => representation)
        const answers = await ask(service, representations, askService)
        for (const [at, { nodeId }] of nodes.entries()) found.set(nodeId, answers[at] ?? null)
      }),
    )
    return nodeIds.map((nodeId) => found.get(nodeId) ?? null)
  })
  return (nodeId) => loader.load(nodeId)
}

const noId = (): GraphQLError => codedError('BAD_USER_INPUT', 'This is not the id of a node.')

interface NamedNode {
  readonly nodeId: string
  readonly service: string
  readonly representation: Representation
}

/** `undefined` for an invalid id. */
function nodeOf(nodeId: string, types: ReadonlyMap<string, NodeType>): NamedNode | undefined {
  const { type = '', key = [] } = decodeNodeId(nodeId) ?? {}
  const found = types.get(type)
  if (found?.key.length !== key.length) return undefined
  if (key.some((value, at) => typeof value !== (found.valueTypes[at] ?? typeof value))) return undefined
  const fields = found.key.map((field, at) => [field, key[at]])
  return { nodeId, service: found.service, representation: { __typename: type, ...Object.fromEntries(fields) } }
}

const QUERY = 'query($representations:[_Any!]!){_entities(representations:$representations){__typename}}'
const QUESTION = { operationName: undefined, definitions: [], selection: '{__typename}' }

/** One result for each id, in their order. */
async function ask(
  service: string,
  representations: readonly Representation[],
  askService: AskService,
): Promise<readonly Found[]> {
  const texts = representations.map((each) => JSON.stringify(each))
  const body = entityBody({ operation: QUERY }, {}, {}, texts, QUESTION)
  try {
    const parsed = (await askService(service, body)).parsed()
    return representations.map((each, at) => foundIn(parsed, at, service, each))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return representations.map(() => error)
  }
}

function foundIn({ data, errors = [] }: ParsedAnswer, at: number, service: string, asked: Representation): Found {
  const entities = data?.['_entities']
  const entity: unknown = Array.isArray(entities) ? entities[at] : undefined
  if (entity) return asked
  const isOf = (path: readonly unknown[] = []): boolean => path[0] === '_entities' && typeof path[1] === 'number'
  const error = errors.find(({ path }) => isOf(path) && path?.[1] === at) ?? errors.find(({ path }) => !isOf(path))
  if (error) return serviceError(service, error)
  return entity === null ? null : serviceError(service, { message: 'The answer has too few entities.' })
}
