/**
 * Runs the gateway from a `Config` and its successors, and stops it without losing a request. Reads
 * no environment.
 */
import { readFile } from 'node:fs/promises'
import { createFastPath } from '../platform/http/fast-path/fast-path.ts'
import { createBodyRoom } from '../platform/http/message/body-room.ts'
import type { ClientAddress } from '../platform/http/message/client-address.ts'
import { type HttpListener, type ListenOptions, listen } from '../platform/http/server/listen.ts'
import { freeStartupMemory } from '../platform/memory/free-startup-memory.ts'
import type { LifecycleState, RunningProcess } from '../platform/process/lifecycle.ts'
import type { Logger } from '../platform/process/log.ts'
import { Registry } from '../platform/process/prometheus.ts'
import { StartRefused } from '../platform/process/settings.ts'
import { type Seen, stampOf, watchFiles } from '../platform/process/watch-file.ts'
import type { AdminCommands } from './admin/commands.ts'
import { createAdminRoutes } from './admin/routes.ts'
import { type Assembly, assemble, type Shared } from './assembly.ts'
import type { Config } from './config/config.ts'
import type { AdminSettings } from './config/sections/admin.ts'
import { createServingMetrics } from './edition/serve.ts'
import { type Limits, limitsOfWorker } from './limits/limits.ts'
import { createLimitReports } from './limits/report.ts'
import { describeMap } from './map/describe.ts'
import { createFeed } from './map/feed.ts'
import type { LiveMap } from './map/page/live-map.ts'
import { type Reading, readingsOf } from './map/reading.ts'
import { createRequestMetrics } from './request/metrics.ts'
import type { RecordUse } from './request/perform.ts'
import { createBuckets } from './request/policies/budget.ts'
import { createListMetrics, createUnlistedReports } from './request/policies/unlisted.ts'
import { createStreamCounts } from './subscriptions/streams.ts'
import { createStores } from './traffic/cache/stores.ts'
import { openSockets, type Sockets } from './websocket/sockets.ts'

export interface RunningGateway extends RunningProcess {
  /** Base address of the public port. */
  readonly url: string
  readonly commands: AdminCommands
  /**
   * Puts a configuration in service; requests end on the one they began on. What cannot change
   * while the gateway runs must be as it was. Rejects with `StartRefused` if the configuration
   * cannot serve, and nothing changes.
   */
  reconfigure(config: Config): Promise<void>
  /** The metrics of `commands.metrics`. */
  readonly registry: Registry
  /** This process's part of `commands.map`. */
  readonly reading: () => Reading
  /** The id of the supergraph that serves. */
  readonly supergraphId: () => string
}

interface StartOptions {
  readonly limits?: Limits
  /** Asks for the map of all processes on the port, if there are several. */
  readonly askForMap?: (() => Promise<LiveMap>) | undefined
  /** Records who uses what; without it nobody does. */
  readonly recordUse?: RecordUse | undefined
}

/** @throws StartRefused if the supergraph or the port cannot be used */
export async function startGateway(
  config: Config,
  log: Logger,
  { limits = config.limits, askForMap, recordUse }: StartOptions = {},
): Promise<RunningGateway> {
  let state: LifecycleState = 'starting'
  const registry = new Registry()
  const succession = createSuccession(log)
  const leaseStore = createStores(log)
  const requests = createRequestMetrics(registry, succession.streams)
  const reading = (): Reading => ({
    operations: readingsOf(requests.operations.entries(), performance.now()),
    shared: requests.shared.recent(performance.now()),
    subscriptions: succession.streams(),
    services: succession.current().serving.editions.current.traffic.reading(),
  })
  const readMap = async () => describeMap([reading()], state)
  const feed = createFeed(askForMap ?? readMap)
  const shared: Shared = {
    log,
    reportLimit: createLimitReports(registry, log),
    reportMeasured: createLimitReports(registry, log, 'measured'),
    reportUnlisted: createUnlistedReports(registry, log),
    onListRefused: createListMetrics(registry),
    requests,
    recordUse,
    feed,
    metrics: createServingMetrics(registry),
    buckets: createBuckets(),
    streamCounts: createStreamCounts(),
    fileCounts: new Map(),
    room: createBodyRoom(limitsOfWorker(limits, config.workers).unfinishedBodyBytes),
    state: () => state,
    leaseStore: ({ redis, caching, workers }) => leaseStore({ bytes: caching.bytes / workers, redisUrl: redis.url }),
  }
  succession.begin(await assemble(config, limits, shared))
  const { listener, sockets } = await openPort(succession.current, shared)
  const commands: AdminCommands = { ...commandsOf(succession, registry, () => state), map: readMap }
  freeStartupMemory()
  state = 'ready'
  return {
    url: listener.url,
    registry,
    reading,
    supergraphId: () => succession.current().serving.editions.current.id,
    commands,
    reconfigure: (next) => succession.replace((...from) => assemble(next, next.limits, shared, ...from)),
    async stop() {
      state = 'draining'
      const { draining } = succession.current().config
      // Streams end first, so that their clients have time to resume elsewhere.
      succession.endStreams()
      feed.close()
      const began = performance.now()
      await sockets.close(draining.sockets)
      const left = draining.timeout - draining.grace - (performance.now() - began)
      await listener.drain(left, { quiet: draining.quiet, longest: draining.grace })
      await succession.close()
      state = 'stopped'
    },
  }
}

interface Succession {
  begin(assembly: Assembly): void
  readonly current: () => Assembly
  /** Number of streams of all assemblies in use. */
  readonly streams: () => number
  /** One replacement at a time, of assemblies as of supergraphs. */
  replace(open: OpenNext): Promise<void>
  replaceSupergraph(supergraph: string): Promise<string>
  endStreams(): void
  /** Resolves once all assemblies are closed. */
  close(): Promise<void>
}

/** @param isWritten the file of the supergraph was written, and does not serve yet */
type OpenNext = (before: Assembly, isWritten: boolean) => Promise<Assembly>

/** Supergraph and configuration may need each other. Otherwise neither holds up the other. */
const openAfter = (before: Assembly, isWritten: boolean, open: OpenNext): Promise<Assembly> =>
  isWritten ? open(before, true).catch(() => open(before, false)) : open(before, false)

/** The current assembly, and earlier ones that still serve requests that began on them. */
function createSuccession(log: Logger): Succession {
  const inUse = new Set<Assembly>()
  const retired = new Set<Promise<void>>()
  let current: Assembly
  let turn: Promise<unknown> = Promise.resolve()
  let stopWatching = (): void => undefined
  let seen: Seen = new Map()
  /** The file was written, and what is in it does not serve. */
  let isLeft = false
  let isEnding = false
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }
  const begin = (assembly: Assembly): void => {
    stopWatching()
    const { supergraphFile } = assembly.config
    // What was written since it was read is taken in, too.
    const { fileStamp } = assembly.serving
    if (fileStamp !== undefined) isLeft = false
    seen = new Map([[supergraphFile, fileStamp ?? seen.get(supergraphFile)]])
    stopWatching = watchFiles(seen, () => offer(supergraphFile))
    inUse.add(assembly)
    current = assembly
  }
  const replaceSupergraph = (text: string): Promise<string> =>
    inTurn(async () => {
      const { id } = await current.serving.replace(text)
      isLeft = false
      return id
    })
  // The log says why it is refused.
  const offer = (file: string): Promise<void> => {
    isLeft = true
    return readFile(file, 'utf8').then(replaceSupergraph).then(ignore, ignore)
  }
  const retire = (assembly: Assembly, successor?: Assembly): void => {
    const gone = assembly
      .close(successor)
      .catch((error: unknown) => log.error({ err: error }, 'an old configuration did not close'))
      .then(() => void inUse.delete(assembly))
    retired.add(gone)
    void gone.then(() => retired.delete(gone))
  }
  return {
    begin,
    current: () => current,
    streams: () => [...inUse].reduce((sum, { streams }) => sum + streams.count, 0),
    replaceSupergraph,
    replace: (open) =>
      inTurn(async () => {
        const before = current
        const { supergraphFile: file } = before.config
        const next = await openAfter(before, isLeft || stampOf(file) !== seen.get(file), open)
        if (isEnding) return next.close()
        begin(next)
        retire(before, next)
      }),
    endStreams() {
      isEnding = true
      stopWatching()
      for (const { streams } of inUse) streams.end()
    },
    async close() {
      await turn
      retire(current)
      await Promise.all(retired)
    },
  }
}

const ignore = (): void => undefined

/** Opens the public port. The current assembly handles each request. */
async function openPort(
  current: () => Assembly,
  { room, reportLimit, log }: Shared,
): Promise<{ readonly listener: HttpListener; readonly sockets: Sockets }> {
  const { config, limits } = current()
  const clientAddress: ClientAddress = (peer, headers) => current().clientAddress(peer, headers)
  const listener = await open('PORT', (request, response) => current().route(request, response), {
    host: config.host,
    port: config.port,
    ...(config.fastPath && {
      fastPath: createFastPath({
        answer: (request, reply) => current().endpoints.answer(request, reply),
        paths: () => current().endpoints.paths,
        clientAddress,
        room,
      }),
    }),
    bounds: {
      connections: limits.connections,
      headSeconds: limits.headSeconds,
      bodySeconds: limits.bodySeconds,
      refused: (limit, address = 'unknown') => reportLimit(limit, `address ${address}`),
    },
  })
  const sockets = openSockets({
    get endpoints() {
      return current().endpoints
    },
    get limits() {
      return current().limits
    },
    get measuring() {
      return current().measuring
    },
    get corsOrigins() {
      return current().config.cors.origins
    },
    server: listener.server,
    clientAddress,
    room,
    reportLimit,
    log,
  })
  return { listener, sockets }
}

const commandsOf = (
  { current, replaceSupergraph }: Succession,
  registry: Registry,
  state: AdminCommands['state'],
): Omit<AdminCommands, 'map'> => ({
  state,
  services: async () => current().serving.editions.current.traffic.status(),
  metrics: () => registry.metrics(),
  purge: (tags) => current().serving.editions.current.traffic.purge(tags),
  replaceSupergraph,
})

/** Listens on the admin port. @throws StartRefused if the port cannot be used */
export async function openAdmin(commands: AdminCommands, settings: AdminSettings): Promise<HttpListener> {
  const feed = createFeed(commands.map)
  const { host, port } = settings
  const listener = await open('ADMIN_PORT', createAdminRoutes(commands, feed, settings), { host, port })
  return {
    ...listener,
    drain(timeout, grace) {
      feed.close()
      return listener.drain(timeout, grace)
    },
  }
}

async function open(
  setting: string,
  handle: Parameters<typeof listen>[0],
  options: ListenOptions,
): Promise<HttpListener> {
  const { host, port } = options
  return listen(handle, options).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code})`
    throw new StartRefused(`${setting}: ${host}:${port} ${reason}.`)
  })
}
