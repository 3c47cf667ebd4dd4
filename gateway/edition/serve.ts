/** Serves the configured supergraph and its successors: opens editions, and counts refused ones. */
import { readFile } from 'node:fs/promises'
import type { Logger } from '../../platform/process/log.ts'
import { Counter, Gauge, type Registry } from '../../platform/process/prometheus.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { stampOf } from '../../platform/process/watch-file.ts'
import type { OperationSettings } from '../config/sections/operations.ts'
import type { DocumentCheck } from '../document/documents.ts'
import type { AccessRules } from '../execution/plan/access-rules.ts'
import type { ClientRules } from '../headers/to-client.ts'
import type { Limits } from '../limits/limits.ts'
import type { ReportLimit } from '../limits/report.ts'
import type { Graph } from '../supergraph/graphs.ts'
import { locateServices, type ServiceLocations } from '../supergraph/locate.ts'
import type { AnswerStore } from '../traffic/cache/store.ts'
import type { TrafficHooks } from '../traffic/hooks.ts'
import { createTrafficMetrics, type TrafficMetrics } from '../traffic/metrics.ts'
import { createSharedTraffic } from '../traffic/shared-traffic.ts'
import { type Edition, openEdition, type VariantOptions } from './edition.ts'
import { type Editions, openEditions } from './editions.ts'
import { createPlanLog } from './plan-log.ts'
import { startWarming, type Warming } from './warm.ts'

/** The gateway's settings for this. */
interface ServingSettings extends ServiceLocations {
  /** The file watched for a new supergraph. */
  readonly supergraphFile: string
  /** Shared with the services; without it calls are not signed. */
  readonly secret: string | undefined
  readonly production: boolean
  readonly operations: Pick<OperationSettings, 'defer'>
}

interface ServingOptions {
  readonly log: Logger
  readonly limits: Limits
  /** Run once for every new document. */
  readonly checks: readonly DocumentCheck[]
  readonly variants: readonly VariantOptions[]
  /** Called with each requested size of a list, if `listSize` is measured. */
  readonly onListSize?: ((size: number) => void) | undefined
  /** Called with how long the planner has worked for a caller. */
  readonly onPlanningWork: (caller: string, milliseconds: number) => void
  readonly reportLimit: ReportLimit
  readonly metrics: ServingMetrics
  readonly store: AnswerStore
  readonly hooks?: TrafficHooks | undefined
  /** Which headers of the services' answers clients get; `undefined` for none. */
  readonly clientRules?: ClientRules | undefined
  /** Throws if the gateway cannot decide what a supergraph's access rules ask. */
  readonly checkAccess: (rules: AccessRules) => void
  /** Documents to warm before the first request. */
  readonly expected: readonly ExpectedDocument[]
  /** The edition of the previous configuration: its operations in use are warmed. */
  readonly before?: Edition
  /** The text to serve, if not that of the file. */
  readonly supergraph?: string
}

export interface ExpectedDocument {
  readonly query: string
  /** The contract variant whose clients send it. */
  readonly variant?: string
}

/** Made once for all configurations of a gateway. */
export interface ServingMetrics {
  refused(): void
  readonly traffic: TrafficMetrics
  readonly engine: ReturnType<typeof createEngineMetrics>
}

export interface Serving {
  readonly editions: Editions
  /** The file's stamp before it was read; `undefined` if its text was handed over. */
  readonly fileStamp: string | undefined
  /** @throws SupergraphRefused */
  replace(supergraph: string): Promise<Edition>
  /**
   * Resolves once nothing holds an edition and all are closed.
   * @param successor takes requests that began before and hold an edition later
   */
  close(successor?: Editions): Promise<void>
}

/** @throws StartRefused */
export async function serveSupergraph(config: ServingSettings, options: ServingOptions): Promise<Serving> {
  const { log, metrics, before } = options
  const fileStamp = options.supergraph === undefined ? stampOf(config.supergraphFile) : undefined
  const supergraph =
    options.supergraph ??
    (await readFile(config.supergraphFile, 'utf8').catch(
      stopStart(`The supergraph ${config.supergraphFile} cannot be read.`),
    ))
  const maker = editionMaker(config, options)
  const open = (text: string, last: Edition | undefined) => maker.make(text, last ?? before)
  const editions = await openEditions(supergraph, open, log).catch(stopStart('The supergraph cannot be served.'))
  const replace = async (next: string): Promise<Edition> => {
    try {
      return await editions.replace(next)
    } catch (error) {
      metrics.refused()
      log.error({ err: error }, 'the new supergraph is refused; the old one stays')
      throw error
    }
  }
  return {
    editions,
    fileStamp,
    replace,
    close(successor) {
      maker.close()
      return editions.close(successor)
    },
  }
}

const WARMING = 2_000 // milliseconds for warming before a new supergraph serves

interface EditionMaker {
  /** Opens an edition with its most used operations warmed; the others follow while it serves. */
  make(supergraph: string, before: Edition | undefined): Promise<Edition>
  /** Stops warming. */
  close(): void
}

function editionMaker(
  config: ServingSettings,
  {
    log,
    limits,
    checks,
    variants,
    checkAccess,
    onListSize,
    onPlanningWork,
    reportLimit,
    metrics,
    store,
    hooks,
    clientRules,
    expected,
  }: ServingOptions,
): EditionMaker {
  const { secret, ownServices, production: hideSchema } = config
  const common = { secret, ownServices, store, metrics: metrics.traffic, hooks, clientRules, log }
  const openShared = createSharedTraffic(common)
  const openTraffic = (graphs: readonly Graph[]) => openShared(locateServices(graphs, config))
  const planLog = createPlanLog(log)
  const { onPlanned, onWork, onExact, onLeft } = metrics.engine
  const known = expected.map((each) => ({ ...each, operationName: undefined, forms: [], uses: 0 }))
  let warming: Warming | undefined
  let closed = false
  return {
    async make(supergraph, before) {
      const edition = await openEdition(supergraph, {
        limits,
        checks,
        variants,
        onListSize,
        checkAccess,
        onPlanningWork(caller, milliseconds) {
          onWork(milliseconds)
          onPlanningWork(caller, milliseconds)
        },
        reportLimit,
        openTraffic,
        hideSchema,
        defer: config.operations.defer,
        onPlanned,
        onExact,
        planLog,
        log,
      })
      const left = warming?.stop() ?? known
      const inUse = [...(before?.engine.inUse() ?? []), ...left].sort((one, other) => other.uses - one.uses)
      warming = startWarming(edition, inUse, { budget: WARMING, onLeft, log })
      if (closed) warming.stop()
      await warming.ready
      return edition
    },
    close() {
      closed = true
      warming?.stop()
    },
  }
}

export function createServingMetrics(registry: Registry): ServingMetrics {
  const refused = new Counter({
    name: 'tributary_supergraphs_refused_total',
    help: 'Supergraphs that were offered and could not serve',
    aggregator: 'max', // each worker is offered the same ones
    registers: [registry],
  })
  return {
    refused: () => refused.inc(),
    traffic: createTrafficMetrics(registry),
    engine: createEngineMetrics(registry),
  }
}

function createEngineMetrics(registry: Registry) {
  const plans = new Counter({
    name: 'tributary_plans_total',
    help: 'Operations that were planned, for requests or ahead of them',
    registers: [registry],
  })
  const planning = new Counter({
    name: 'tributary_planning_seconds_total',
    help: 'Seconds that the planner has worked for callers',
    registers: [registry],
  })
  const toWarm = new Gauge({
    name: 'tributary_operations_to_warm',
    help: 'Operations in use that are still to be made ready on the supergraph that serves',
    aggregator: 'max', // each worker makes ready the same ones
    registers: [registry],
  })
  const exact = new Counter({
    name: 'tributary_exact_executions_total',
    help: 'Executions by the exact path: answers of services were not as expected, or had errors',
    registers: [registry],
  })
  return {
    onPlanned: () => plans.inc(),
    onWork: (milliseconds: number) => planning.inc(milliseconds / 1000),
    onExact: () => exact.inc(),
    onLeft: (operations: number) => toWarm.set(operations),
  }
}

const stopStart =
  (message: string) =>
  (error: unknown): never => {
    throw new StartRefused(`${message} ${error instanceof Error ? error.message : ''}`.trim())
  }
