/**
 * One supergraph in service: its schema, documents, engine and traffic. A new supergraph is a new
 * edition.
 */
import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'
import { createDocuments, type DocumentCheck, type Documents } from '../document/documents.ts'
import { createEngine, type Engine, type OperationInUse, type SchemaEngine } from '../execution/engine.ts'
import type { AccessRules } from '../execution/plan/access-rules.ts'
import type { VariantFilter } from '../execution/plan/variant-schema.ts'
import type { Limits } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import { withNodes } from '../nodes/with-nodes.ts'
import type { Graph } from '../supergraph/graphs.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { startApollo } from './apollo.ts'
import type { PlanLog } from './plan-log.ts'

/** What answers operations on one schema: the whole public schema, or a contract variant's. */
export interface SchemaEdition {
  readonly traffic: Traffic
  readonly schema: GraphQLSchema
  /** True if error messages must not reveal the schema. */
  readonly hideSchema: boolean
  readonly documents: Documents
  readonly engine: SchemaEngine
}

export interface Edition extends SchemaEdition {
  /** SHA-256 of the supergraph, in hex. */
  readonly id: string
  readonly supergraph: string
  readonly engine: Engine
  /** Keyed by the names of the contract variants. */
  readonly variants: ReadonlyMap<string, SchemaEdition>
  /**
   * Validates, plans and compiles an operation of another edition before its first request. Rejects
   * if it does not fit the schema.
   */
  warm(operation: OperationInUse): Promise<void>
  /** Marks an operation as most recently used. */
  favour(operation: OperationInUse): void
  /** True if warming more would evict operations in use. */
  readonly isFull: boolean
  /** Call it once no request uses the edition. */
  close(): Promise<void>
}

/** What depends on whether clients see the whole public schema or a part of it. */
interface SchemaOptions {
  /** Run once for every new document; each refuses by throwing. */
  readonly checks: readonly DocumentCheck[]
  readonly hideSchema: boolean
}

/** A contract variant: a part of the schema, with clients of its own. */
export interface VariantOptions extends SchemaOptions {
  readonly name: string
  readonly filter: VariantFilter
}

interface EditionOptions extends SchemaOptions {
  /** Whether clients may have fragments deferred. */
  readonly defer: boolean
  readonly limits: Limits
  readonly variants: readonly VariantOptions[]
  /** Called with each requested size of a list, if `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
  readonly reportLimit: ReportLimit
  /** Opens traffic to the services that the supergraph joins; throws if one has no address. */
  readonly openTraffic: (graphs: readonly Graph[]) => Traffic
  /** Called with how long the planner has worked for a caller. */
  readonly onPlanningWork: (caller: string, milliseconds: number) => void
  /** Called for each planned operation. */
  readonly onPlanned: () => void
  /** Throws if the gateway cannot decide what the supergraph's access rules ask. */
  readonly checkAccess: (rules: AccessRules) => void
  /** Called for each operation that the engine's exact path executes. */
  readonly onExact: () => void
  readonly planLog: PlanLog
  readonly log: Logger
}

/** Rejects a supergraph that the gateway cannot serve. */
export async function openEdition(supergraph: string, options: EditionOptions): Promise<Edition> {
  const { limits, defer, reportLimit, onPlanningWork, onPlanned, onExact, planLog } = options
  const engine = await createEngine(supergraph, {
    variants: new Map(options.variants.map(({ name, filter }) => [name, filter])),
    answerLimit: {
      bytes: limits.answerBytes,
      exceeded: (context) => reportLimit('answerBytes', context.caller()),
    },
    plansWaiting: limits.plansWaiting,
    defer,
    onWorked: onPlanningWork,
    onRefused: (caller) => reportLimit('plansWaiting', caller),
    onPlanned(operation, milliseconds) {
      onPlanned()
      planLog.planned(operation, milliseconds)
    },
    onUnplannable: planLog.unplannable,
    onExact,
  })
  try {
    options.checkAccess(engine.facts.access)
    const { services, nodes } = engine.facts
    const traffic = withNodes(options.openTraffic(services), nodes)
    return await traffic.ready
      .then(() => assemble(engine, traffic, options))
      .catch(async (error: unknown) => {
        await traffic.close()
        throw error
      })
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function assemble(
  engine: Engine,
  traffic: Traffic,
  { limits, checks, onListSize, hideSchema, variants: variantOptions, log }: EditionOptions,
): Promise<Edition> {
  const { schema, supergraph, facts } = engine
  const apollo = await startApollo({ schema, supergraph, log })
  const onSchema = ({ schema }: SchemaEngine, { checks, hideSchema }: SchemaOptions) => {
    const rules = { schema, hideSchema, limits, onListSize, declared: facts.costs }
    return { traffic, schema, hideSchema, documents: createDocuments(rules, checks, apollo.announce) }
  }
  const whole = onSchema(engine, { checks, hideSchema })
  const variants = new Map(
    variantOptions.map((options) => {
      const { name } = options
      for (const tag of facts.variants.get(name)?.unknownTags ?? [])
        log.warn({ variant: name, tag }, 'nothing in the supergraph has a tag that a variant names')
      const own = engine.variants.get(name) as SchemaEngine
      return [name, { ...onSchema(own, options), engine: own }]
    }),
  )
  const documentsOf = ({ variant }: OperationInUse): Documents => {
    const found = variant === undefined ? whole : variants.get(variant)
    if (!found) throw new Error(`There is no variant ${variant}.`)
    return found.documents
  }
  return {
    ...whole,
    id: hash('sha256', supergraph, 'hex'),
    supergraph,
    engine,
    variants,
    async warm(operation) {
      const documents = documentsOf(operation)
      const { document } = documents.get(operation.query).operation(operation.operationName)
      await nextTurn() // requests go first
      await document.requireValid()
      await nextTurn()
      await engine.warm(operation, document.node)
    },
    favour(operation) {
      documentsOf(operation).find(operation.query)
      engine.favour(operation)
    },
    get isFull() {
      return engine.isFull
    },
    async close() {
      await apollo.stop()
      await engine.close()
      await traffic.close()
    },
  }
}
