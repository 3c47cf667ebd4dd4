/**
 * Services in one process behind the real engine, and the same data behind one plain schema. Both
 * must give the same answers.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import type { Answer } from '../../../../gateway/execution/answer/answer.ts'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import type { Freshness, ParsedAnswer, Send, ServiceAnswer } from '../../../../gateway/traffic/call/send.ts'
import type { Step } from '../../../../gateway/traffic/call/step.ts'
import { gathered } from '../../../../gateway/traffic/gather/gathered.ts'
import { parseExact } from '../../../../platform/data/json-exact.ts'
import { codedError } from '../../../../platform/protocol/errors.ts'
import { callContext } from '../../../support/call-context.ts'
import { type ExactPath, openExactPath } from './exact-path.ts'
import { planHere } from './plan-here.ts'
import { runOperation } from './run-operation.ts'

type Resolvers = Record<string, Record<string, unknown>>

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
  /** True if the engine reads the answer's bytes. */
  readonly isRead: boolean
}

export interface Federation {
  readonly engine: Engine
  readonly supergraph: string
  /** The schema that clients see, for the same data without services. */
  readonly plain: GraphQLSchema
  /** Every call to a service, in order. Tests empty it themselves. */
  readonly calls: SentCall[]
  /** The text of every request to a service; one may carry several calls. */
  readonly requests: string[]
  /** Requests that a service would refuse as invalid. There must be none. */
  readonly wrong: string[]
  /** Operations that the exact path executed, or took over, in the engine. */
  readonly exact: { runs: number }
  /** Why the last query could not be planned. */
  readonly unplannable: string[]
  /** Services that refuse every call while they are in this set. */
  readonly down: Set<string>
  /**
   * Replaces a service's answer, by a value or by JSON text. A plain answer replaces that of
   * `club`.
   */
  instead: ToldAnswer | ((service: string) => ToldAnswer | undefined) | undefined
  /** True if the next answer has white space that the flat path does not expect. */
  isOdd: () => boolean
  /**
   * Asks the engine, and sends queries to the exact path alone as well, whose answer must be the
   * same.
   */
  ask: Asking
  /** Asks the engine alone. */
  readonly askEngine: Asking
  /** Asks the exact path alone. */
  readonly askExactly: Asking
  /** Calls a service as the engine does. */
  readonly send: Send
  /** As `send`, with the world of one request as context. */
  sendIn(context: unknown): Send
  close(): Promise<unknown>
}

type ToldAnswer = ParsedAnswer | string

type Asking = (query: string, variables?: Readonly<Record<string, unknown>>, context?: unknown) => Promise<AskedAnswer>

export interface AskedAnswer {
  readonly data: Record<string, unknown> | null
  readonly errors: readonly GraphQLError[]
  /** The data as it was written. */
  readonly text: string
}

/** Supergraphs of the worlds that the suites of a worker share. */
const composed = new Map<string, string>()

export function composeTest(services: Readonly<Record<string, TestService>>): string {
  const key = JSON.stringify(Object.entries(services).map(([name, { typeDefs }]) => [name, typeDefs]))
  const known = composed.get(key) ?? compose(services)
  composed.set(key, known)
  return known
}

function compose(services: Readonly<Record<string, TestService>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(services).map(([name, { typeDefs }]) => ({ name, typeDefs: parse(typeDefs) })),
  )
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'))
  return supergraphSdl
}

export async function federate(
  services: Readonly<Record<string, TestService>>,
  startPlanner: typeof planHere = planHere,
): Promise<Federation> {
  const supergraph = composeTest(services)
  const calls: SentCall[] = []
  const requests: string[] = []
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
  const exact = { runs: 0 }
  const engine = await createEngine(supergraph, {
    startPlanner,
    onExact: () => {
      exact.runs += 1
    },
    onUnplannable: (operation, reason) => unplannable.push(`${reason}\n${operation}`),
  })
  const wrong: string[] = []
  let exactPath: Promise<ExactPath> | undefined
  let plain: GraphQLSchema | undefined

  const answerIn =
    (context: unknown): Step =>
    async ({ call: { service, body, read } }) => {
      const found = schemas.get(service)
      if (!found) throw new Error(`There is no service ${service}.`)
      const text = body.bytes.toString()
      requests.push(text)
      if (down.has(service)) throw codedError('SERVICE_UNAVAILABLE', 'The service is away.', { service })
      const { query, variables } = JSON.parse(text) as SentCall
      const { instead } = federation
      const other = typeof instead === 'function' ? instead(service) : service === 'club' ? instead : undefined
      const told = other ?? (await answerAsService(found, wrong, { query, variables, context }))
      const answer = federation.isOdd() ? oddly(answerOf(told)) : answerOf(told)
      read?.(answer.body)
      return { answer, freshness: NOT_KEPT, tags: [], headers: undefined }
    }

  /** Batches calls as traffic to stateful services does: one request may carry several. */
  const sendIn = (context: unknown): Send => {
    const steps = new Map(Object.keys(services).map((service) => [service, gathered(answerIn(context))]))
    return async (call) => {
      const text = call.body.bytes.toString()
      const { query, variables } = JSON.parse(text) as SentCall
      calls.push({ service: call.service, text, query, variables, isRead: call.read !== undefined })
      const step = steps.get(call.service)
      if (!step) throw new Error(`There is no service ${call.service}.`)
      return (await step({ call, deadline: Number.POSITIVE_INFINITY, signal: undefined })).answer
    }
  }

  const federation: Federation = {
    instead: undefined,
    isOdd: () => false,
    engine,
    supergraph,
    get plain() {
      plain ??= buildSchema(engine.facts.apiSchema.join('\n'))
      return plain
    },
    calls,
    requests,
    wrong,
    exact,
    unplannable,
    down,
    async ask(query, variables = {}, context = undefined) {
      const answer = await federation.askEngine(query, variables, context)
      if (getOperationAST(parse(query))?.operation !== 'query') return answer
      const before = [calls.length, requests.length] as const
      const exactly = await federation.askExactly(query, variables, context)
      ;[calls.length, requests.length] = before
      deepStrictEqual(toldBy(exactly), toldBy(answer))
      return answer
    },
    async askEngine(query, variables = {}, context = undefined) {
      const document = parse(query)
      const faults = validate(engine.schema, document)
      if (faults.length > 0) throw new Error(`The test asks wrongly: ${faults.map(String).join('\n')}`)
      unplannable.length = 0
      return asked(await runOperation(engine, query, variables, callContext, sendIn(context), document))
    },
    async askExactly(query, variables = {}, context = undefined) {
      exactPath ??= openExactPath(supergraph, engine.schema)
      const operation = await (await exactPath).open(query, variables)
      return asked((await operation.run(sendIn(context))).answer)
    },
    send: sendIn(undefined),
    sendIn,
    close: () => Promise.all([engine.close(), exactPath?.then((path) => path.close())]),
  }
  return federation
}

/** Adds a space before the JSON, where services write none. */
const oddly = ({ body }: ServiceAnswer): ServiceAnswer => answerOf(` ${body.toString()}`)

const asked = ({ body, errors }: Answer): AskedAnswer => ({
  data: (JSON.parse(body.toString()) as AskedAnswer).data,
  errors,
  text: body.subarray(8, -1).toString(),
})

/** The data, and each error with its path and code, sorted. */
const toldBy = ({ data, errors }: AskedAnswer): unknown => [
  data,
  errors.map(({ path, message, extensions }) => JSON.stringify([path, message, extensions['code']])).sort(),
]

const NOT_KEPT: Freshness = { maxAge: 0, scope: 'private', age: 0, variesByLanguage: false }

interface ServedSchema {
  readonly schema: GraphQLSchema
  readonly resolveField: GraphQLFieldResolver<unknown, unknown> | undefined
  readonly documents: Map<string, DocumentNode>
}

/** Answers as a service does over HTTP: parses and validates the text, and returns JSON text. */
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

/** An answer as traffic gives it, with the service's errors unchanged. */
export function answerOf(told: ToldAnswer): ServiceAnswer {
  const body = Buffer.from(typeof told === 'string' ? told : JSON.stringify(told))
  return { body, parsed: () => parseExact(body.toString()) as ParsedAnswer }
}
