/**
 * Everything of a running gateway that follows from its configuration, but its sockets: policies,
 * editions, streams and routes. A new configuration gets new parts; requests end on the ones they
 * began on.
 */
import type { BodyRoom } from '../platform/http/message/body-room.ts'
import { type ClientAddress, createClientAddress } from '../platform/http/message/client-address.ts'
import type { LifecycleState } from '../platform/process/lifecycle.ts'
import type { Logger } from '../platform/process/log.ts'
import type { VerifyAuthorization } from '../platform/protocol/caller.ts'
import type { IdentitySettings } from '../platform/protocol/identity-settings.ts'
import type { RedisConnection } from '../platform/redis/connection.ts'
import { openApp } from './app/open.ts'
import { createAuthorization } from './authorization/authorize.ts'
import type { Config } from './config/config.ts'
import { CLIENT_NAME_HEADERS } from './config/sections/operations.ts'
import { type Serving, type ServingMetrics, serveSupergraph } from './edition/serve.ts'
import { createMask } from './errors/mask.ts'
import { compileClientRules } from './headers/to-client.ts'
import { both } from './hooks/both.ts'
import { coprocessorHooks } from './hooks/coprocessor.ts'
import { createHooks } from './hooks/hooks.ts'
import type { Stages } from './hooks/stages.ts'
import { type Limits, limitsOfWorker, splitLimits } from './limits/limits.ts'
import type { Measuring } from './limits/measuring.ts'
import type { ReportLimit } from './limits/report.ts'
import type { MapFeed } from './map/feed.ts'
import { readShippedOperations } from './operations/shipped.ts'
import { followLists } from './persisted/live-lists.ts'
import { shareTexts } from './persisted/shared-texts.ts'
import { createMemoryTexts, type MemoryTexts } from './persisted/texts.ts'
import { openPlayground } from './playground/open.ts'
import { type AnswerOperation, createOperations, type OperationOptions } from './request/answer.ts'
import { withCostReport } from './request/cost-report.ts'
import { createExecute } from './request/execute.ts'
import type { RequestMetrics } from './request/metrics.ts'
import { createPerform } from './request/perform.ts'
import type { Buckets } from './request/policies/budget.ts'
import { createClientName } from './request/policies/client-name.ts'
import type { ReportUnlisted } from './request/policies/unlisted.ts'
import { createPolicies, type Policies, type PolicyOptions } from './request/policies.ts'
import { createRefusalOf } from './request/refusal.ts'
import { createRoutes } from './request/routes.ts'
import { createFiles } from './request/service-files.ts'
import { withTraceReport } from './request/trace-report.ts'
import { createStart } from './subscriptions/start.ts'
import { createStreams, type Streams } from './subscriptions/streams.ts'
import { createSubscribe } from './subscriptions/subscribe.ts'
import type { StoreLease } from './traffic/cache/stores.ts'

/** What all parts of one gateway share, one after the other. A metric is made once only. */
export interface Shared {
  readonly log: Logger
  readonly reportLimit: ReportLimit
  /** Of what refuses nothing. */
  readonly reportMeasured: ReportLimit
  readonly reportUnlisted: ReportUnlisted
  readonly onListRefused: () => void
  readonly requests: RequestMetrics
  /** The live map, for the demo's playground. */
  readonly feed: MapFeed
  readonly metrics: ServingMetrics
  /** For partly received bodies. */
  readonly room: BodyRoom
  /** What callers have left of their budgets. */
  readonly buckets: Buckets
  readonly state: () => LifecycleState
  readonly leaseStore: (config: Config) => Promise<StoreLease>
}

export interface Parts {
  readonly config: Config
  /** Those that are enforced, as this process's part. */
  readonly limits: Limits
  /** Those that are measured only; `undefined` if none are. */
  readonly measuring: Measuring | undefined
  readonly serving: Serving
  readonly streams: Streams
  readonly operations: OperationOptions
  /** Texts of automatic persisted queries, in this process. */
  readonly texts: MemoryTexts | undefined
  readonly answerOperation: AnswerOperation
  readonly route: ReturnType<typeof createRoutes>
  readonly clientAddress: ClientAddress
  /**
   * Resolves once nothing uses them and all is closed. @param successor takes what comes late, of
   * requests that began before
   */
  close(successor?: Parts): Promise<void>
}

/**
 * @param before hands over the supergraph that serves, and the operations in use
 * @throws StartRefused, SupergraphRefused
 */
export async function openParts(config: Config, limits: Limits, shared: Shared, before?: Parts): Promise<Parts> {
  const { log, reportLimit, requests, metrics, room, state } = shared
  const { cors, identity } = config
  const beside = await openBeside(config, shared, before?.texts)
  const { enforced: own, measuring } = limitsOf(config, limits, shared)
  const { stages, close: closeStages } = hooksOf(config, log)
  const hooks = createHooks(stages, log)
  const policies = await policiesOf(config, own, measuring, beside, hooks.request, shared)
  const authorization = createAuthorization({ ...config.authorization, knowsCallers: identity !== undefined, log })
  const clientAddress = createClientAddress(config.trustedProxies)
  const shipped = await readShippedOperations()
  const expected = config.lists?.texts ?? shipped.map(({ document }) => document)
  const store = await shared.leaseStore(config)
  const isSame = before?.config.supergraphFile === config.supergraphFile
  const serving = await serveSupergraph(config, {
    log,
    limits: own,
    checks: policies.document,
    onListSize: policies.onListSize,
    checkAccess: authorization.check,
    onPlanningWork: policies.budget.chargePlanning,
    reportLimit,
    metrics,
    hooks: hooks.traffic,
    store: store.store,
    expected,
    ...(before && { before: before.serving.editions.current }),
    ...(before && isSame && { supergraph: before.serving.editions.current.supergraph }),
  }).catch(async (error: unknown) => {
    beside.close()
    closeStages()
    await store.release()
    throw error
  })
  const { editions } = serving
  const close = async (successor?: Parts): Promise<void> => {
    await serving.close(successor?.serving.editions)
    beside.close()
    closeStages()
    await store.release()
  }
  const pages = await Promise.all([
    openPlayground(config, { edition: editions.current, shipped, feed: shared.feed }),
    openApp(config),
  ]).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const streams = createStreams(own, measuring)
  const mask = hooks.mask(createMask(log, config.errorRules))
  const subscribe = createSubscribe({
    mask,
    reconnects: config.subscriptions.reconnects,
    decide: authorization.decide,
    before: hooks.beforeCalls,
  })
  const execute = createExecute({
    mask,
    decide: authorization.decide,
    before: hooks.beforeCalls,
    onShared: () => requests.shared.add(1),
    openHeard: compileClientRules(config.clientHeaders),
  })
  const perform = createPerform({
    policies,
    editions,
    execute: hooks.execute(withTraceReport(withCostReport(execute, policies.budget), policies.budget)),
    start: hooks.start(createStart(streams, subscribe)),
  })
  const count = countBy(requests, config, expected)
  const refusalOf = createRefusalOf({ count, reportLimit, mask })
  const operations = { perform, policies, count, refusalOf, beforeSend: hooks.beforeSend }
  const answerOperation = createOperations(operations)
  const serveFile = createFiles(editions, cors)
  const route = createRoutes({ answerOperation, pages, serveFile, cors, room, clientAddress, state })
  const { memory: texts } = beside
  const facts = { config, limits: own, measuring, texts }
  return { ...facts, serving, streams, operations, answerOperation, clientAddress, route, close }
}

/** Operations that are expected, and clients with lists of their own, have figures of their own. */
function countBy(requests: RequestMetrics, { operations: { safelist } }: Config, expected: readonly string[]) {
  requests.reserve({ operations: expected.flatMap(namesIn), clients: Object.keys(safelist?.clients ?? {}) })
  return requests.counter(createClientName(safelist?.clientHeaders ?? CLIENT_NAME_HEADERS))
}

/** Names of a document's operations, by sight. */
const namesIn = (document: string): string[] =>
  Array.from(document.matchAll(/\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g), ([, name = '']) => name)

function hooksOf({ hooks, coprocessor }: Config, log: Logger): { readonly stages: Stages; close(): void } {
  if (!coprocessor) return { stages: hooks, close: () => undefined }
  const asked = coprocessorHooks(coprocessor, log)
  const stages = { ...both(asked.hooks, hooks), timeout: hooks.timeout + coprocessor.timeout }
  return { stages, close: asked.close }
}

async function policiesOf(
  config: Config,
  limits: Limits,
  measuring: Measuring | undefined,
  { lists, texts, budgetRedis }: Beside,
  hooks: PolicyOptions['hooks'],
  { reportMeasured, reportUnlisted, buckets }: Shared,
): Promise<Policies> {
  const { identity, production, workers } = config
  return createPolicies({
    ...config,
    limits,
    measuring,
    reportMeasured,
    buckets,
    parts: workers,
    introspection: !production,
    lists,
    hooks,
    texts,
    redis: budgetRedis,
    reportUnlisted,
    verify: identity && (await openVerifier(identity)),
  })
}

interface Beside extends Pick<PolicyOptions, 'lists' | 'texts'> {
  readonly memory: MemoryTexts | undefined
  readonly budgetRedis: RedisConnection | undefined
  close(): void
}

/** What the policies look things up in. */
async function openBeside(config: Config, { log, onListRefused }: Shared, before?: MemoryTexts): Promise<Beside> {
  const { safelist, persisted } = config.operations
  const lists = safelist && config.lists && followLists(safelist, config.lists, log, onListRefused)
  const memory = persisted.automatic ? createMemoryTexts(persisted.bytes, before) : undefined
  const [budgetRedis, textRedis] = await Promise.all([openBudgetRedis(config, log), openTextRedis(config, log)])
  const texts = memory && textRedis ? shareTexts(memory, textRedis, persisted.maxAge) : memory
  const close = (): void => {
    lists?.close()
    budgetRedis?.close()
    textRedis?.close()
  }
  return { lists, texts, memory, budgetRedis, close }
}

const openBudgetRedis = ({ budgets, redis }: Config, log: Logger): Promise<RedisConnection | undefined> =>
  openRedis(budgets, redis.url, 'each gateway counts budgets for itself', log)

const openTextRedis = ({ operations, redis }: Config, log: Logger): Promise<RedisConnection | undefined> =>
  openRedis(operations.persisted, redis.url, 'each gateway keeps persisted queries for itself', log)

/** Imported lazily: the Redis client takes several megabytes. */
async function openRedis(
  { store, redisTimeout }: { readonly store: 'memory' | 'redis'; readonly redisTimeout: number },
  url: string | undefined,
  consequence: string,
  log: Logger,
): Promise<RedisConnection | undefined> {
  if (store === 'memory' || url === undefined) return undefined
  const { connectRedis } = await import('../platform/redis/connection.ts')
  return connectRedis(url, redisTimeout, consequence, log)
}

/** What this process refuses, and what it only measures. */
function limitsOf({ measured: names, workers }: Config, limits: Limits, { reportMeasured }: Shared) {
  const { enforced, measured } = splitLimits(limitsOfWorker(limits, workers), names)
  const measuring: Measuring = { limits: measured, names: new Set(names), report: reportMeasured }
  return { enforced, measuring: names.length === 0 ? undefined : measuring }
}

/** Imported lazily: `jose` is not needed if tokens are opaque. */
async function openVerifier(identity: IdentitySettings): Promise<VerifyAuthorization> {
  const { createVerifier } = await import('../platform/protocol/caller.ts')
  return createVerifier(identity)
}
