/**
 * Services in one process behind the real engine, and the same data behind one plain schema: what
 * both answer must be the same.
 */
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import type { CallContext, ParsedAnswer, Send, ServiceAnswer } from '../../../../gateway/traffic/call/send.ts'
import { parseExact } from '../../../../platform/data/json-exact.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { runOperation } from './run-operation.ts'

export type Resolvers = Record<string, Record<string, unknown>>

export interface TestService {
  readonly typeDefs: string
  readonly resolvers: Resolvers
  readonly resolveField?: GraphQLFieldResolver<unknown, unknown>
}

export interface SentCall {
  /** The body as it was sent. */
  readonly text: string
  readonly service: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface Federation {
  readonly engine: Engine
  readonly supergraph: string
  /** Every call to a service, in order. Emptied by the test that looks. */
  readonly calls: SentCall[]
  /** Requests that a service would refuse as not valid. There must be none. */
  readonly wrong: string[]
  /** What the last question could not be planned for. */
  readonly unplannable: string[]
  /** Services that refuse every call, for as long as they are in here. */
  readonly down: Set<string>
  /**
   * What a service answers in place of its own answer, as a value or as JSON text; a mere answer is
   * that of `club`.
   */
  instead: ToldAnswer | ((service: string) => ToldAnswer | undefined) | undefined
  /** Asks the engine. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>, context?: unknown): Promise<AskedAnswer>
  /** Calls a service as the engine does. */
  readonly send: Send
  /** The same in a world. */
  sendIn(context: unknown): Send
  close(): Promise<void>
}

export type ToldAnswer = ParsedAnswer | string

export interface AskedAnswer {
  readonly data: Record<string, unknown> | null
  readonly errors: readonly GraphQLError[]
  /** The data as it was written. */
  readonly text: string
}

export const callContext: CallContext = {
  requestId: 'test',
  authorization: undefined,
  perspective: undefined,
  language: undefined,
  signal: undefined,
  idempotent: false,
  caller: () => 'test',
  observe: () => undefined,
}

export function composeTest(services: Readonly<Record<string, TestService>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(services).map(([name, { typeDefs }]) => ({ name, typeDefs: parse(typeDefs) })),
  )
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'))
  return supergraphSdl
}

export async function federate(services: Readonly<Record<string, TestService>>): Promise<Federation> {
  const supergraph = composeTest(services)
  const calls: SentCall[] = []
  const down = new Set<string>()
  const schemas = new Map(
    Object.entries(services).map(([name, { typeDefs, resolvers, resolveField }]) => [
      name,
      {
        schema: buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: resolvers as never }),
        resolveField,
        documents: new Map(),
      },
    ]),
  )
  const unplannable: string[] = []
  const engine = await createEngine(supergraph, {
    onUnplannable: (operation, reason) => unplannable.push(`${reason}\n${operation}`),
  })
  const wrong: string[] = []

  const sendIn =
    (context: unknown): Send =>
    async ({ service, body, read }) => {
      const found = schemas.get(service)
      if (!found) throw new Error(`There is no service ${service}.`)
      const text = body.bytes.toString()
      const { query, variables } = JSON.parse(text) as SentCall
      calls.push({ service, text, query, variables })
      if (down.has(service)) throw codedError('SERVICE_UNAVAILABLE', 'The service is away.', { service })
      const { instead } = federation
      const other = typeof instead === 'function' ? instead(service) : service === 'club' ? instead : undefined
      const told = other ?? (await answerAsService(found, wrong, { query, variables, context }))
      const answer = answerOf(told)
      read?.(answer.body)
      return answer
    }

  const federation: Federation = {
    instead: undefined,
    engine,
    supergraph,
    calls,
    wrong,
    unplannable,
    down,
    async ask(query, variables = {}, context = undefined) {
      const document = parse(query)
      const faults = validate(engine.schema, document)
      if (faults.length > 0) throw new Error(`The test asks wrongly: ${faults.map(String).join('\n')}`)
      unplannable.length = 0
      const { body, errors } = await runOperation(engine, query, variables, callContext, sendIn(context), document)
      return { data: (JSON.parse(body.toString()) as AskedAnswer).data, errors, text: body.subarray(8, -1).toString() }
    },
    send: sendIn(undefined),
    sendIn,
    close: () => engine.close(),
  }
  return federation
}

interface ServedSchema {
  readonly schema: GraphQLSchema
  readonly resolveField: GraphQLFieldResolver<unknown, unknown> | undefined
  readonly documents: Map<string, DocumentNode>
}

/** As a service would over HTTP: the text is parsed and validated, the answer is a JSON text. */
async function answerAsService(
  { schema, resolveField, documents }: ServedSchema,
  wrong: string[],
  { query, variables, context }: { query: string; variables: Readonly<Record<string, unknown>>; context: unknown },
): Promise<string> {
  let document = documents.get(query)
  if (!document) {
    document = parse(query)
    const faults = validate(schema, document)
    if (faults.length > 0) {
      wrong.push(`${faults.map(String).join('\n')}\n${query}`)
      throw new Error('The engine asks wrongly.')
    }
    documents.set(query, document)
  }
  const result = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: context,
    ...(resolveField && { fieldResolver: resolveField }),
  })
  return JSON.stringify(result)
}

/** An answer as traffic gives it, with the service's errors as they are. */
export function answerOf(told: ToldAnswer): ServiceAnswer {
  const body = Buffer.from(typeof told === 'string' ? told : JSON.stringify(told))
  return { body, parsed: () => parseExact(body.toString()) as ParsedAnswer }
}
