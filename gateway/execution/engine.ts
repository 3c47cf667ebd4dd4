/**
 * The engine of one supergraph: plans a client's operation once, and runs the compiled plan for
 * each request. Documents must be parsed and validated before. It knows nothing of HTTP, callers or
 * policies.
 */
import type { QueryPlan } from '@apollo/query-planner'
import { type DocumentNode, type GraphQLSchema, isEnumType, parse } from 'graphql'
import { createSegmentedCache } from '../../platform/data/segmented-cache.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import type { AnswerLimit } from './answer/limit.ts'
import { type CompiledOperation, compileOperation } from './compiled-operation.ts'
import { type Denied, type Needed, neededBy } from './plan/access.ts'
import { buildSchemaInSteps, DEFER } from './plan/api-schema.ts'
import {
  type BoundVariables,
  bindingsOf,
  bindVariables,
  type ClientOperation,
  clientOperation,
  defaultConditions,
} from './plan/client-operation.ts'
import { type ConditionValues, IN_PARTS } from './plan/conditions.ts'
import { planInOrder } from './plan/in-order.ts'
import { createInternalNames } from './plan/internal-names.ts'
import { plannedOperation } from './plan/planned-operation.ts'
import type { SupergraphFacts } from './plan/planner.ts'
import type { PlanningOptions } from './plan/planner-thread.ts'
import { PlanShapeError } from './plan/shape-error.ts'
import { openPlanner, type SharedPlanner } from './plan/shared-planner.ts'
import { type TypeRelations, typeRelations } from './plan/type-relations.ts'

interface EngineOptions extends PlanningOptions {
  /** Bytes that compiled operations may take. */
  readonly cacheBytes: number
  readonly answerLimit: AnswerLimit
  /** Whether clients may have fragments deferred. */
  readonly defer: boolean
  /** Called for each execution by the exact path, which is slow. */
  readonly onExact: () => void
  /** Starts the planner. */
  readonly startPlanner: (supergraph: string, options: PlanningOptions) => Promise<SharedPlanner>
}

/** A document's operation, as the engine keeps it between requests. */
interface PreparedOperation {
  /** The contract variant on whose schema it is asked; `undefined` for the whole one. */
  readonly variant: string | undefined
  /** What identifies its document. */
  readonly key: string
  readonly operationName: string | null | undefined
  /** The access rules of the supergraph that it touches. */
  readonly needed: readonly Needed[]
  /**
   * Checks a request's variables.
   * @param inParts whether its client takes an answer in parts
   * @throws GraphQLError `BAD_USER_INPUT`
   */
  bind(values: Readonly<Record<string, unknown>>, inParts?: boolean): BoundVariables
  /**
   * The compiled operation for these values of its conditions; no promise if it was compiled
   * before.
   * @param caller whose turn planning takes; without one, planning waits until no caller does
   * @param denied what the caller may not see: each such set has a form of its own
   */
  compiled(
    conditions: ConditionValues,
    caller?: () => string,
    denied?: Denied,
  ): CompiledOperation | Promise<CompiledOperation>
  /** The values of conditions that it is compiled for, in the order in which they were met. */
  forms(): readonly ConditionValues[]
  /**
   * Compiles it for these values. Without any, for those of a request that sets no variable: each
   * condition has its variable's default, or is false.
   */
  warm(forms?: readonly ConditionValues[]): Promise<void>
}

/** An operation to prepare on a new schema, with its recent use. */
export interface OperationInUse {
  /** The contract variant that it was asked of. */
  readonly variant?: string | undefined
  readonly query: string
  readonly operationName: string | undefined
  /** Values of its conditions that were met; empty if they are not known. */
  readonly forms: readonly ConditionValues[]
  /** How often it was used recently. */
  readonly uses: number
}

/** Runs operations on one schema. */
export interface SchemaEngine {
  /** The public schema, or a contract variant's part of it. */
  readonly schema: GraphQLSchema
  readonly facts: SupergraphFacts
  /**
   * The prepared operation of a document, made at its first use.
   * @param key the document's text
   * @throws GraphQLError `BAD_USER_INPUT` when the name fits no operation
   */
  prepare(key: string, document: DocumentNode, operationName?: string | null): PreparedOperation
}

/** The engine of the whole public schema. */
export interface Engine extends SchemaEngine {
  readonly supergraph: string
  /** Engines of the contract variants, by name; they share services and planner. */
  readonly variants: ReadonlyMap<string, SchemaEngine>
  /**
   * The operations that are compiled, the most used first. Their documents were prepared under
   * their own texts.
   */
  inUse(): readonly OperationInUse[]
  /**
   * Compiles an operation of another engine and adopts its count of uses. Rejects as requests
   * would.
   */
  warm(operation: OperationInUse, document: DocumentNode): Promise<void>
  /** Marks an operation as most recently used. */
  favour(operation: OperationInUse): void
  /** True if warming more would evict operations in use. */
  readonly isFull: boolean
  /** Estimated bytes that compiled operations take now. */
  readonly cachedBytes: number
  /** Ends the planning thread unless another engine shares it. Running operations may finish. */
  close(): Promise<void>
}

const defaults: EngineOptions = {
  timeout: 10_000, // milliseconds
  cacheBytes: 64 * 1024 * 1024,
  answerLimit: { bytes: Number.POSITIVE_INFINITY, exceeded: () => undefined },
  defer: true,
  onExact: () => undefined,
  plansWaiting: Number.POSITIVE_INFINITY,
  onWorked: () => undefined,
  onRefused: () => undefined,
  onPlanned: () => undefined,
  onUnplannable: () => undefined,
  startPlanner: openPlanner,
}

/** Rejects when the text is not a supergraph. */
export async function createEngine(supergraph: string, overrides: Partial<EngineOptions> = {}): Promise<Engine> {
  const options = { ...defaults, ...overrides }
  const planner = await options.startPlanner(supergraph, options)
  const { facts } = planner
  const { schema: whole, variantSchemas } = await buildSchemas(facts, options.defer).catch(async (error: unknown) => {
    await planner.close()
    throw error
  })
  const kept = createSegmentedCache<PreparedOperation>(options.cacheBytes)
  const engineOf = (schema: GraphQLSchema, variant?: string): SchemaEngine => {
    const concealing: ReadonlySet<string> = variant === undefined ? new Set() : concealingIn(schema, facts)
    const compile = compiler(planner, options, { concealing, isHidden: hiddenFrom(whole, schema, facts) })
    return {
      schema,
      facts,
      prepare(key, document, operationName) {
        const fullKey = keyOf(key, operationName, variant)
        const known = kept.get(fullKey)
        if (known) return known
        const client = clientOperation(schema, document, operationName)
        const about = { variant, key, operationName, needed: neededBy(client, facts.access) }
        return prepareOperation(about, client, compile, (prepared, size) =>
          kept.set(fullKey, prepared, BYTES_PER_OPERATION + key.length + size),
        )
      },
    }
  }
  const main = engineOf(whole)
  const variants = new Map(Array.from(variantSchemas, ([name, each]) => [name, engineOf(each, name)]))
  return {
    ...main,
    supergraph,
    variants,
    inUse: () =>
      Array.from(kept.entries(), ({ value: { variant, key, operationName, forms }, uses }) => ({
        variant,
        query: key,
        operationName: operationName ?? undefined,
        forms: forms(),
        uses,
      }))
        .filter(({ forms }) => forms.length > 0)
        .sort((one, other) => other.uses - one.uses),
    async warm({ variant, query, operationName, forms, uses }, document) {
      const engine = variant === undefined ? main : variants.get(variant)
      await engine?.prepare(query, document, operationName).warm(forms)
      kept.promote(keyOf(query, operationName, variant), uses)
    },
    favour: ({ variant, query, operationName }) => kept.promote(keyOf(query, operationName, variant), 0),
    get isFull() {
      return kept.isFull
    },
    get cachedBytes() {
      return kept.size
    },
    close: () => planner.close(),
  }
}

async function buildSchemas({ apiSchema, variants }: SupergraphFacts, defer: boolean) {
  const build = (pieces: readonly string[]) => buildSchemaInSteps(defer ? [...pieces, DEFER] : pieces)
  const schema = await build(apiSchema)
  const variantSchemas = new Map<string, GraphQLSchema>()
  for (const [name, facts] of variants) variantSchemas.set(name, await build(facts.apiSchema))
  return { schema, variantSchemas }
}

/** Unambiguous: no document begins with a name and a zero byte. */
function keyOf(key: string, operationName: string | null | undefined, variant: string | undefined): string {
  const ofOperation = operationName ? `${key}:${operationName}` : key
  return variant === undefined ? ofOperation : `${variant}\0${ofOperation}`
}

/** @param open gives the client's operation, which is not kept */
type Compile = (
  open: () => ClientOperation,
  conditions: ConditionValues,
  caller: string | undefined,
  denied: Denied | undefined,
) => Promise<{ operation: CompiledOperation; size: number }>

/** The variables' names, which may be long, need not be in every form's name. */
const textOf = (values: ConditionValues, names: readonly string[]): string =>
  [...names, IN_PARTS].map((name) => (values[name] === true ? '1' : '0')).join('')

const BYTES_PER_CONDITION = 32 // of the values that a form keeps
const MOST_TOLD = 8 // forms of one operation that are told to the next engine
const MOST_KEPT = 256 // forms of one operation

function prepareOperation(
  about: Pick<PreparedOperation, 'variant' | 'key' | 'operationName' | 'needed'>,
  client: ClientOperation,
  compile: Compile,
  keep: (prepared: PreparedOperation, size: number) => void,
): PreparedOperation {
  const { key, operationName } = about
  const forms = new Map<string, Form>()
  const { schema } = client
  const bindings = bindingsOf(client)
  /**
   * Kept until the operation is compiled: later it is rarely needed, and larger than everything
   * else.
   */
  let tree: ClientOperation | undefined = client
  const open = (): ClientOperation => tree ?? clientOperation(schema, parse(key, { noLocation: true }), operationName)
  const prepared: PreparedOperation = {
    ...about,
    bind: (values, inParts) => bindVariables(bindings, values, inParts),
    compiled(conditions, caller, denied) {
      const isOne = bindings.conditions.length === 0 && !bindings.defers
      const ofConditions = isOne ? '' : textOf(conditions, bindings.conditions)
      const name = denied ? `${denied.key} ${ofConditions}` : ofConditions
      const known = forms.get(name)
      if (known) return known.operation
      const operation = compile(open, conditions, caller?.(), denied).then(
        (compiled) => {
          tree = undefined
          const size = compiled.size + name.length + BYTES_PER_CONDITION * bindings.conditions.length
          forms.set(name, { conditions, isWhole: !denied, operation: compiled.operation, size })
          dropOldest(forms)
          keep(prepared, sizeOf(forms))
          return compiled.operation
        },
        (error: unknown) => {
          forms.delete(name)
          throw error
        },
      )
      forms.set(name, { conditions, isWhole: !denied, operation, size: 0 })
      return operation
    },
    forms: () =>
      [...forms.values()]
        .filter(({ isWhole }) => isWhole)
        .slice(0, MOST_TOLD)
        .map(({ conditions }) => conditions),
    async warm(wanted = []) {
      const usual = defaultConditions(bindings)
      const first = bindings.defers ? [usual, { ...usual, [IN_PARTS]: true }] : [usual]
      for (const conditions of wanted.length > 0 ? wanted : first) await prepared.compiled(conditions)
    },
  }
  keep(prepared, 0)
  return prepared
}

/** An operation compiled for one set of conditions and of denied fields. */
interface Form {
  readonly conditions: ConditionValues
  /** False if something in it is denied. */
  readonly isWhole: boolean
  readonly operation: CompiledOperation | Promise<CompiledOperation>
  readonly size: number
}

function dropOldest(forms: Map<string, Form>): void {
  for (const [name, { operation }] of forms) {
    if (forms.size <= MOST_KEPT) return
    if (!(operation instanceof Promise)) forms.delete(name)
  }
}

const sizeOf = (forms: ReadonlyMap<string, Form>): number => {
  let sum = 0
  for (const { size } of forms.values()) sum += size
  return sum
}

/**
 * Interfaces whose objects some service does not know and of which the variant hides some. Such a
 * service's objects name their type only if asked.
 */
const concealingIn = (schema: GraphQLSchema, { interfaceObjects, objectTypes, subtypes }: SupergraphFacts) => {
  const objects = new Set(objectTypes)
  const isHidden = (name: string): boolean => objects.has(name) && schema.getType(name) === undefined
  return new Set(interfaceObjects.filter((name) => subtypes.get(name)?.some(isHidden)))
}

/** Types and enum values that exist but are not in a client's schema. */
function hiddenFrom(whole: GraphQLSchema, own: GraphQLSchema, { objectTypes }: SupergraphFacts): Hiding['isHidden'] {
  const objects = new Set(objectTypes)
  return (type, value) => {
    if (value === undefined) return objects.has(type) && own.getType(type) === undefined
    const known = whole.getType(type)
    return isEnumType(known) && known.getValue(value) !== undefined
  }
}

interface Hiding extends Pick<TypeRelations, 'isHidden'> {
  /** Interfaces whose objects must say what they are. */
  readonly concealing: ReadonlySet<string>
}

function compiler(
  planner: SharedPlanner,
  { onUnplannable, onExact, answerLimit }: EngineOptions,
  { concealing, isHidden }: Hiding,
): Compile {
  const types = typeRelations(planner.facts, isHidden)
  const fieldNames = new Set(planner.facts.fieldNames)
  const plannerFields = new Set(planner.facts.plannerFields)
  const interfaceObjects = new Set(planner.facts.interfaceObjects)
  const planOf = ({ definition }: ClientOperation, text: string, caller: string | undefined): Promise<QueryPlan> => {
    const plan = (each: string): Promise<QueryPlan> => planner.plan(each, caller)
    return definition.operation === 'mutation' ? planInOrder(text, plan) : plan(text)
  }
  return async (open, conditions, caller, denied) => {
    const reopen = () => {
      const client = open()
      const names = createInternalNames(fieldNames, plannerFields)
      const text = plannedOperation(client, conditions, names, interfaceObjects, denied, concealing)
      return { client, names, text }
    }
    const { client, names, text } = reopen()
    const plan = text === undefined ? { kind: 'QueryPlan' as const } : await planOf(client, text, caller)
    try {
      const operation = compileOperation({
        client,
        names,
        conditions,
        plan,
        types,
        interfaceObjects,
        limit: answerLimit,
        access: planner.facts.access,
        denied,
        reopen,
        onExact,
      })
      return { operation, size: JSON.stringify(plan).length * BYTES_PER_CHARACTER + operation.codeBytes }
    } catch (error) {
      if (!(error instanceof PlanShapeError)) throw error
      onUnplannable(text ?? '', error.message)
      throw codedError('INTERNAL', 'The operation cannot be executed.')
    }
  }
}

/**
 * Memory of an operation, and per character of its plan's JSON, measured on small and large ones.
 */
const BYTES_PER_OPERATION = 3_584
const BYTES_PER_CHARACTER = 4
