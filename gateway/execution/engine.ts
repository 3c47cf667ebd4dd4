/**
 * The engine of one supergraph: takes a client's operation, has it planned once, and runs the compiled plan for each request.
 * Whoever uses it has parsed and validated the document; it knows nothing of HTTP, callers or policies.
 */
import type { QueryPlan } from '@apollo/query-planner'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { codedError } from '../protocol/errors.ts'
import type { CallContext, Send } from '../traffic/send.ts'
import { buildSchemaInSteps } from './api-schema.ts'
import {
  type BoundVariables,
  bindVariables,
  type ClientOperation,
  clientOperation,
  defaultConditions,
} from './client-operation.ts'
import { type Answer, type CompiledOperation, compileOperation } from './compiled-operation.ts'
import type { ConditionValues } from './conditions.ts'
import { createInternalNames } from './internal-names.ts'
import { createOperationCache } from './operation-cache.ts'
import { planInOrder } from './plan-in-order.ts'
import { PlanShapeError } from './plan-shape-error.ts'
import { plannedOperation } from './planned-operation.ts'
import type { SupergraphFacts } from './planner.ts'
import { type PlannerThread, type PlanningOptions, startPlannerThread } from './planner-thread.ts'
import { typeRelations } from './type-relations.ts'

export interface EngineOptions extends PlanningOptions {
  /** Bytes that compiled operations may take. */
  readonly cacheBytes: number
}

/** A document's operation, as the engine keeps it between requests. */
export interface PreparedOperation {
  readonly client: ClientOperation
  /** Checks a request's variables. @throws GraphQLError `BAD_USER_INPUT` */
  bind(values: Readonly<Record<string, unknown>>): BoundVariables
  /** The compiled operation for these values of its conditions: at once where it was compiled before. */
  compiled(conditions: ConditionValues): CompiledOperation | Promise<CompiledOperation>
  /** Compiles what a request without conditions of its own will need: each is what its variable defaults to, or false. */
  warm(): Promise<void>
}

export interface Engine {
  /** The public schema. */
  readonly schema: GraphQLSchema
  readonly supergraph: string
  readonly facts: SupergraphFacts
  /**
   * What is kept of a document's operation, made on its first use.
   * @param key identifies the document, for example its hash
   * @throws GraphQLError `BAD_USER_INPUT` when the name fits no operation
   */
  prepare(key: string, document: DocumentNode, operationName?: string | null): PreparedOperation
  /** Binds, compiles and runs. Rejects with coded errors before the first call to a service, never after. */
  execute(
    operation: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
    context: CallContext,
    send: Send,
  ): Promise<Answer>
  /** Estimated bytes that compiled operations take now. */
  readonly cachedBytes: number
  /** Ends the planning thread. What runs may finish. */
  close(): Promise<void>
}

export const defaultEngineOptions: EngineOptions = {
  timeout: 10_000,
  cacheBytes: 64 * 1024 * 1024,
  onSlowPlan: () => undefined,
  onUnplannable: () => undefined,
}

/** Rejects when the text is not a supergraph. */
export async function createEngine(supergraph: string, options: EngineOptions = defaultEngineOptions): Promise<Engine> {
  const planner = await startPlannerThread(supergraph, options)
  const { facts } = planner
  const schema = await buildSchemaInSteps(facts.apiSchema).catch(async (error: unknown) => {
    await planner.close()
    throw error
  })
  const kept = createOperationCache<PreparedOperation>(options.cacheBytes)
  const compile = compiler(planner, options)
  return {
    schema,
    supergraph,
    facts,
    prepare(key, document, operationName) {
      const fullKey = operationName ? `${key}:${operationName}` : key
      const known = kept.get(fullKey)
      if (known) return known
      const client = clientOperation(schema, document, operationName)
      return prepareOperation(client, compile, (prepared, size) => kept.set(fullKey, prepared, size))
    },
    async execute(operation, variables, context, send) {
      const bound = operation.bind(variables)
      const compiled = await operation.compiled(bound.conditions)
      return compiled.execute(bound, context, send)
    },
    get cachedBytes() {
      return kept.size
    },
    close: () => planner.close(),
  }
}

type Compile = (
  client: ClientOperation,
  conditions: ConditionValues,
) => Promise<{ operation: CompiledOperation; size: number }>

function prepareOperation(
  client: ClientOperation,
  compile: Compile,
  keep: (prepared: PreparedOperation, size: number) => void,
): PreparedOperation {
  const variants = new Map<string, CompiledOperation | Promise<CompiledOperation>>()
  let size = documentSize(client)
  const prepared: PreparedOperation = {
    client,
    bind: (values) => bindVariables(client, values),
    compiled(conditions) {
      const key = client.conditions.length === 0 ? '' : JSON.stringify(conditions)
      const known = variants.get(key)
      if (known) return known
      const pending = compile(client, conditions).then(
        (compiled) => {
          size += compiled.size
          variants.set(key, compiled.operation)
          keep(prepared, size)
          return compiled.operation
        },
        (error: unknown) => {
          variants.delete(key)
          throw error
        },
      )
      variants.set(key, pending)
      return pending
    },
    async warm() {
      await prepared.compiled(defaultConditions(client))
    },
  }
  keep(prepared, size)
  return prepared
}

function compiler(planner: PlannerThread, { onUnplannable }: PlanningOptions): Compile {
  const types = typeRelations(planner.facts)
  const fieldNames = new Set(planner.facts.fieldNames)
  const plannerFields = new Set(planner.facts.plannerFields)
  const interfaceObjects = new Set(planner.facts.interfaceObjects)
  const planOf = ({ definition }: ClientOperation, text: string): Promise<QueryPlan> =>
    definition.operation === 'mutation' ? planInOrder(text, planner.plan) : planner.plan(text)
  return async (client, conditions) => {
    const names = createInternalNames(fieldNames, plannerFields)
    const text = plannedOperation(client, conditions, names, interfaceObjects)
    const plan = text === undefined ? { kind: 'QueryPlan' as const } : await planOf(client, text)
    try {
      const operation = compileOperation(client, conditions, names, plan, types)
      return { operation, size: JSON.stringify(plan).length * BYTES_PER_CHARACTER }
    } catch (error) {
      if (!(error instanceof PlanShapeError)) throw error
      onUnplannable(text ?? '', error.message)
      throw codedError('INTERNAL', 'The operation cannot be executed.')
    }
  }
}

/** Heap of an operation as measured on large and small ones: its steps by the plan's length, its tree and writers by the document's. */
const BYTES_PER_CHARACTER = 13
const BYTES_PER_DOCUMENT_CHARACTER = 70
const BYTES_PER_OPERATION = 4_096

function documentSize({ definition, fragments }: ClientOperation): number {
  const lengths = [definition, ...fragments.values()].map(({ loc }) => (loc ? loc.end - loc.start : 0))
  return BYTES_PER_OPERATION + lengths.reduce((sum, length) => sum + length, 0) * BYTES_PER_DOCUMENT_CHARACTER
}
