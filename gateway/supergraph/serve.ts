/** Serves the supergraph of the settings, and every one that comes after it: says how an edition is made, counts those that were refused. */
import { readFile } from 'node:fs/promises'
import type { Config } from '../config.ts'
import type { Limits } from '../limits/limits.ts'
import type { Logger } from '../process/log.ts'
import { Counter, type Registry } from '../process/prometheus.ts'
import { StartRefused } from '../process/settings.ts'
import type { Policies } from '../request/policies.ts'
import type { AnswerStore } from '../traffic/cache/store.ts'
import { createLeases } from '../traffic/leases.ts'
import { createTrafficMetrics } from '../traffic/metrics.ts'
import { type Edition, openEdition } from './edition.ts'
import { type Editions, openEditions } from './editions.ts'
import type { Graph } from './graphs.ts'
import { locateServices } from './locate.ts'
import { warm } from './warm.ts'
import { watchSupergraph } from './watch.ts'

export interface ServingOptions {
  readonly log: Logger
  readonly limits: Limits
  readonly policies: Policies
  readonly registry: Registry
  readonly store: AnswerStore
  /** Documents that are made ready before the first request. */
  readonly expected: readonly string[]
}

export interface Serving {
  readonly editions: Editions
  /** @throws SupergraphRefused */
  replace(supergraph: string): Promise<Edition>
  close(): Promise<void>
}

/** @throws StartRefused */
export async function serveSupergraph(config: Config, options: ServingOptions): Promise<Serving> {
  const { log, registry } = options
  const refused = new Counter({
    name: 'tributary_supergraphs_refused_total',
    help: 'Supergraphs that were offered and could not serve',
    registers: [registry],
  })
  const supergraph = await readFile(config.supergraphFile, 'utf8').catch(stopStart('The supergraph cannot be read.'))
  const make = editionMaker(config, options)
  const editions = await openEditions(supergraph, make, log).catch(stopStart('The supergraph cannot be served.'))
  const replace = async (next: string): Promise<Edition> => {
    try {
      return await editions.replace(next)
    } catch (error) {
      refused.inc()
      log.error({ err: error }, 'the new supergraph is refused; the old one stays')
      throw error
    }
  }
  const stopWatching = watchSupergraph(config.supergraphFile, (next) => replace(next).then(ignore, ignore))
  return {
    editions,
    replace,
    close() {
      stopWatching()
      return editions.close()
    },
  }
}

const ignore = (): void => undefined

function editionMaker(config: Config, { log, limits, policies, registry, store, expected }: ServingOptions) {
  const { secret, ownServices: probing, production: hideSchema } = config
  const leaseTraffic = createLeases({ secret, probing, store, metrics: createTrafficMetrics(registry), log })
  const openTraffic = (graphs: readonly Graph[]) => leaseTraffic(locateServices(graphs, config))
  const known = expected.map((query) => ({ query, operationName: undefined }))
  return async (supergraph: string, before: Edition | undefined): Promise<Edition> => {
    const edition = await openEdition(supergraph, { limits, policies, openTraffic, hideSchema, log })
    await warm(edition, before ? [...before.documents.inUse()] : known, log)
    return edition
  }
}

const stopStart =
  (message: string) =>
  (error: unknown): never => {
    throw new StartRefused(`${message} ${error instanceof Error ? error.message : ''}`.trim())
  }
