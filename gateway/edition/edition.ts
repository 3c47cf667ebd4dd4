/**
 * One supergraph in service: its schema, the documents met under it, and what executes them. A new
 * supergraph is a new edition.
 */
import { hash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'
import { createDocuments, type DocumentCheck, type Documents } from '../document/documents.ts'
import { createEngine, defaultEngineOptions, type Engine, type OperationInUse } from '../execution/engine.ts'
import type { Limits } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { Graph } from '../supergraph/graphs.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { startHost } from './apollo.ts'
import type { PlanLog } from './plan-log.ts'

export interface Edition {
  /** SHA-256 of the supergraph, in hex. */
  readonly id: string
  readonly supergraph: string
  readonly traffic: Traffic
  readonly schema: GraphQLSchema
  /** True where clients must not learn the schema from messages about their mistakes. */
  readonly hideSchema: boolean
  readonly documents: Documents
  readonly engine: Engine
  /** The operations that requests have used, the most used first. */
  inUse(): readonly OperationInUse[]
  /**
   * Validates, plans and compiles one of another edition, so that the first request finds it ready.
   * Rejects where it does not fit.
   */
  warm(operation: OperationInUse): Promise<void>
  /** Keeps one for longer than any that was met before. */
  favour(operation: OperationInUse): void
  /** True where warming more would push out what is in use. */
  readonly isFull: boolean
  /** Call it when no request uses the edition any more. */
  close(): Promise<void>
}

export interface EditionOptions {
  readonly limits: Limits
  /** Run once for every document that was not met before; each refuses by throwing. */
  readonly checks: readonly DocumentCheck[]
  readonly reportLimit: ReportLimit
  /**
   * Opens the way to the services that the supergraph joins; throws where one of them is nowhere.
   */
  readonly openTraffic: (graphs: readonly Graph[]) => Traffic
  readonly hideSchema: boolean
  /** Told of each operation that is planned. */
  readonly onPlanned: () => void
  readonly planLog: PlanLog
  readonly log: Logger
}

/** Rejects where the text is no supergraph the gateway can serve. */
export async function openEdition(supergraph: string, options: EditionOptions): Promise<Edition> {
  const { limits, reportLimit, onPlanned, planLog } = options
  const engine = await createEngine(supergraph, {
    ...defaultEngineOptions,
    answerLimit: {
      bytes: limits.answerBytes,
      exceeded: (context) => reportLimit('answerBytes', context.caller()),
    },
    mostWaiting: limits.plansWaiting,
    onRefused: (caller) => reportLimit('plansWaiting', caller),
    onPlanned(operation, milliseconds) {
      onPlanned()
      planLog.planned(operation, milliseconds)
    },
    onUnplannable: planLog.unplannable,
  })
  try {
    const traffic = options.openTraffic(engine.facts.services)
    return await assemble(engine, traffic, options).catch(async (error: unknown) => {
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
  { limits, checks, hideSchema, log }: EditionOptions,
): Promise<Edition> {
  const { schema, supergraph, facts } = engine
  const host = await startHost({ schema, supergraph, log })
  const documents = createDocuments({ schema, hideSchema, limits, declared: facts.costs }, checks, host.announce)
  return {
    id: hash('sha256', supergraph, 'hex'),
    supergraph,
    traffic,
    schema,
    hideSchema,
    documents,
    engine,
    inUse: engine.inUse,
    async warm(operation) {
      const { document } = documents.get(operation.query).operation(operation.operationName)
      await breathe() // requests go first
      await document.requireValid()
      await breathe()
      await engine.warm(operation, document.node)
    },
    favour(operation) {
      documents.find(operation.query)
      engine.favour(operation)
    },
    get isFull() {
      return engine.isFull
    },
    async close() {
      await host.stop()
      await engine.close()
      await traffic.close()
    },
  }
}
