/**
 * `node gateway/main.ts [--config FILE]`: reads the settings, starts the gateway or its workers,
 * reports when it is ready, and runs until it is stopped.
 */
import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { timerDelay } from '../platform/data/timer-delay.ts'
import { announceNotice, announceReady, type RunningProcess, runProcess } from '../platform/process/lifecycle.ts'
import { createLogger, type Logger } from '../platform/process/log.ts'
import type { Seen } from '../platform/process/watch-file.ts'
import { configFile } from './config/arguments.ts'
import type { Config } from './config/config.ts'
import { type Loaded, loadConfig } from './config/load.ts'
import { followConfig } from './config/reload.ts'
import { CLIENT_VERSION_HEADERS } from './config/sections/operations.ts'
import { openAdmin, type RunningGateway, startGateway } from './gateway.ts'
import { tellHeaderRules } from './headers/notice.ts'
import type { LiveMap } from './map/page/live-map.ts'
import { createClientName } from './request/policies/client-name.ts'
import { staleServices } from './supergraph/origin.ts'
import { openUseRecording } from './usage/open.ts'
import { type RunningWorkers, startWorkers } from './workers/primary.ts'
import { askForMap, followPrimary } from './workers/worker.ts'

await runProcess(createLogger('gateway', 'info'), async () => {
  const seen: Seen = new Map()
  const loaded = await loadConfig({ env: process.env, file: configFile(), seen })
  const { config } = loaded
  const log = createLogger('gateway', config.logLevel)
  if (cluster.isWorker) return startWorker(loaded, seen, log)
  await tellStale(config)
  tellHeaderRules(config, log)
  const alone = config.workers === 1
  return announced(alone ? await startFollowing(loaded, seen, log) : await startWorkers(config, log), config)
})

/** A gateway that takes in changes of its configuration. */
async function startFollowing(
  { config: first, file }: Loaded,
  seen: Seen,
  log: Logger,
  askForMap?: () => Promise<LiveMap>,
): Promise<RunningGateway> {
  const use = await openUse(first, log)
  const started = await startGateway(first, log, { askForMap, recordUse: use?.count })
  const gateway = { ...started, stop: () => started.stop().then(() => use?.close()) }
  if (file === undefined) return gateway
  const stopFollowing = followConfig({
    file,
    seen,
    running: first,
    load: async (needed) => (await loadConfig({ env: process.env, file, seen, needed })).config,
    async apply(config) {
      await gateway.reconfigure(config)
      log.level = config.logLevel
      tellHeaderRules(config, log)
    },
    log,
  })
  return {
    ...gateway,
    stop() {
      stopFollowing()
      return gateway.stop()
    },
  }
}

/** Records who uses what, if the configuration says so. */
function openUse({ usage, dataDir, redis, operations: { safelist } }: Config, log: Logger) {
  const names = {
    version: createClientName(CLIENT_VERSION_HEADERS),
    reserved: Object.keys(safelist?.clients ?? {}),
  }
  return openUseRecording({ settings: usage, dataDir, redisUrl: redis.url, names, log })
}

/** A supergraph that was given by `SUPERGRAPH` is used as it is. */
async function tellStale({ ownServices, services, supergraphFile }: Config): Promise<void> {
  if (!ownServices) return
  const supergraph = await readFile(supergraphFile, 'utf8').catch(() => undefined)
  if (supergraph === undefined) return
  const stale = await staleServices(
    supergraph,
    services.map(({ definition }) => definition.name),
  )
  if (stale.length > 0)
    announceNotice(`gateway/supergraph.graphql is stale (${stale.join(', ')}): \`npm run supergraph\` mends it`)
}

async function startWorker(loaded: Loaded, seen: Seen, log: Logger): Promise<RunningProcess> {
  const gateway = await startFollowing(loaded, seen, log, askForMap)
  followPrimary(gateway)
  announceReady(gateway.url)
  return { stop: () => gateway.stop(), stopTimeout: stopTimeoutOf(loaded.config) }
}

/** Opens the admin port, and announces that the gateway is ready. */
async function announced(running: RunningGateway | RunningWorkers, config: Config): Promise<RunningProcess> {
  const admin = await openAdmin(running.commands, config.admin)
  announceReady(running.url)
  console.log(`ready ${addressForPeople(running.url)}/graphql`)
  return {
    async stop() {
      await running.stop()
      await admin.drain(0)
    },
    stopTimeout: stopTimeoutOf(config),
  }
}

function stopTimeoutOf({ draining }: Config): number {
  return timerDelay(draining.timeout + 5_000)
}

/** The address to type: loopback and wildcard addresses become `localhost`. */
function addressForPeople(url: string): string {
  const { hostname, port } = new URL(url)
  const bare = hostname.replace(/^\[|\]$/g, '')
  const local = isIP(bare) !== 0 && (bare.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(bare))
  return `http://${local ? 'localhost' : hostname}:${port}`
}
