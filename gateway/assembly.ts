/**
 * Everything of a running gateway that follows from its configuration, but its sockets: policies,
 * editions, streams and routes. A new configuration gets a new assembly; requests end on the one
 * they began on.
 */
import { LONGEST_TIMER } from '../platform/data/timer-delay.ts'
import type { BodyRoom } from '../platform/http/message/body-room.ts'
import { type ClientAddress, createClientAddress } from '../platform/http/message/client-address.ts'
import type { LifecycleState } from '../platform/process/lifecycle.ts'
import type { Logger } from '../platform/process/log.ts'
import type { VerifyAuthorization } from '../platform/protocol/caller.ts'
import type { IdentitySettings } from '../platform/protocol/identity-settings.ts'
import type { RedisConnection } from '../platform/redis/connection.ts'
import { openApp } from './app/open.ts'
import { type Authorization, createAuthorization } from './authorization/authorize.ts'
import type { Config, Variant } from './config/config.ts'
import type { Safelist } from './config/sections/operations.ts'
import type { VariantOptions } from './edition/edition.ts'
import { type ExpectedDocument, type Serving, type ServingMetrics, serveSupergraph } from './edition/serve.ts'
import { createMask, type Mask } from './errors/mask.ts'
import { type ClientRules, compileClientRules } from './headers/to-client.ts'
import { both } from './hooks/both.ts'
import { coprocessorHooks } from './hooks/coprocessor.ts'
import { createHooks, type Hooks } from './hooks/hooks.ts'
import type { HookPoints } from './hooks/points.ts'
import { type Limits, limitsOfWorker, splitLimits } from './limits/limits.ts'
import type { Measuring } from './limits/measuring.ts'
import type { ReportLimit } from './limits/report.ts'
import type { MapFeed } from './map/feed.ts'
import { readShippedOperations, type ShippedOperation } from './operations/shipped.ts'
import { followLists, type LiveLists } from './persisted/live-lists.ts'
import { shareTexts } from './persisted/shared-texts.ts'
import { createMemoryTexts, type MemoryTexts, type PersistedTexts, textsBelow } from './persisted/texts.ts'
import { openPlayground } from './playground/open.ts'
import { createOperations, type OperationOptions } from './request/answer.ts'
import { withCostReport } from './request/cost-report.ts'
import { createEndpoints, type Endpoint, type Endpoints, MAIN_PATH } from './request/endpoints.ts'
import { createExecute } from './request/execute.ts'
import type { RequestMetrics } from './request/metrics.ts'
import { createPerform, type RecordUse } from './request/perform.ts'
import type { Buckets } from './request/policies/budget.ts'
import type { ReportUnlisted } from './request/policies/unlisted.ts'
import { createPolicies, type EndpointPolicyOptions, type Policies, type PolicyOptions } from './request/policies.ts'
import { createRefusalOf } from './request/refusal.ts'
import { createRoutes } from './request/routes.ts'
import { createFiles } from './request/service-files.ts'
import { withTraceReport } from './request/trace-report.ts'
import { createStart } from './subscriptions/start.ts'
import { createStreams, type StreamCounts, type Streams } from './subscriptions/streams.ts'
import { createSubscribe } from './subscriptions/subscribe.ts'
import type { StoreLease } from './traffic/cache/stores.ts'

/** What successive assemblies of one gateway share. A metric can be registered only once. */
export interface Shared {
  readonly log: Logger
  readonly reportLimit: ReportLimit
  /** Reports what measured limits and budgets would have refused. */
  readonly reportMeasured: ReportLimit
  readonly reportUnlisted: ReportUnlisted
  readonly onListRefused: () => void
  readonly requests: RequestMetrics
  /** Records use; `undefined` if it is off. */
  readonly recordUse: RecordUse | undefined
  /** The live map, for the demo's playground. */
  readonly feed: MapFeed
  readonly metrics: ServingMetrics
  /** For partly received bodies. */
  readonly room: BodyRoom
  /** What callers have left of their budgets. */
  readonly buckets: Buckets
  readonly streamCounts: StreamCounts
  /** Files in work by address. */
  readonly fileCounts: Map<string, number>
  readonly state: () => LifecycleState
  readonly leaseStore: (config: Config) => Promise<StoreLease>
}

export interface Assembly {
  readonly config: Config
  /** Enforced limits: this process's share of them. */
  readonly limits: Limits
  /** Limits that are only measured; `undefined` if none are. */
  readonly measuring: Measuring | undefined
  readonly serving: Serving
  readonly streams: Streams
  readonly endpoints: Endpoints
  /** Texts of automatic persisted queries, in this process. */
  readonly texts: MemoryTexts | undefined
  readonly route: ReturnType<typeof createRoutes>
  readonly clientAddress: ClientAddress
  /**
   * Resolves once no request uses this assembly and everything is closed. @param successor takes
   * over late work of requests that began before
   */
  close(successor?: Assembly): Promise<void>
}

/**
 * @param before hands over the supergraph that serves, and the operations in use
 * @param isWritten the supergraph's file is read, in place of what serves
 * @throws StartRefused, SupergraphRefused
 */
export async function assemble(
  config: Config,
  limits: Limits,
  shared: Shared,
  before?: Assembly,
  isWritten = false,
): Promise<Assembly> {
  const opened = new AsyncDisposableStack()
  return assembleWith(opened, config, { limits, shared, before, isWritten }).catch(async (error: unknown) => {
    await opened.disposeAsync()
    throw error
  })
}

interface AssemblyParts {
  readonly limits: Limits
  readonly shared: Shared
  readonly before: Assembly | undefined
  readonly isWritten: boolean
}

/** @param opened gets all that has to be closed */
async function assembleWith(
  opened: AsyncDisposableStack,
  config: Config,
  { limits, shared, before, isWritten }: AssemblyParts,
): Promise<Assembly> {
  const { log, reportLimit, requests, metrics, room, state } = shared
  const { cors, identity } = config
  const beside = await openBeside(config, shared, opened, before?.texts)
  const { enforced: own, measuring } = limitsOf(config, limits, shared)
  const points = hooksOf(config, log, opened)
  const hooks = createHooks(points, log, own.bodyBytes)
  const { policies, variants } = await policiesOf(config, own, measuring, beside, hooks, shared)
  const authorization = createAuthorization({ ...config.authorization, knowsCallers: identity !== undefined, log })
  const clientAddress = createClientAddress(config.trustedProxies)
  const shipped = await readShippedOperations()
  const expected = expectedOf(config, shipped)
  const clientRules = compileClientRules(config.clientHeaders)
  const store = await shared.leaseStore(config)
  opened.defer(() => store.release())
  const isSame = !isWritten && before?.config.supergraphFile === config.supergraphFile
  const serving = await serveSupergraph(config, {
    log,
    limits: own,
    checks: policies.document,
    variants: variants.map(onSchema),
    onListSize: policies.onListSize,
    checkAccess: authorization.check,
    onPlanningWork: policies.budget.chargePlanning,
    reportLimit,
    metrics,
    hooks: hooks.traffic,
    clientRules,
    store: store.store,
    expected,
    ...(before && { before: before.serving.editions.current }),
    ...(before && isSame && { supergraph: before.serving.editions.current.supergraph }),
  })
  const { editions } = serving
  let heir: Assembly | undefined
  opened.defer(() => serving.close(heir?.serving.editions))
  const close = (successor?: Assembly): Promise<void> => {
    heir = successor
    return opened.disposeAsync()
  }
  const pages = await Promise.all([
    openPlayground(config, { edition: editions.current, shipped, feed: shared.feed }),
    openApp(config),
  ])
  const streams = createStreams(own, measuring, shared.streamCounts)
  const mask = hooks.mask(createMask(log, config.errorRules))
  requests.reserve({ operations: expected.flatMap(({ query }) => namesIn(query)), clients: [] })
  const { decide } = authorization
  const run = runnerOf(config, { editions, hooks, policies, decide, streams, mask, clientRules })
  const sendsParts = config.operations.defer && !hooks.changesAnswers
  const answering = { mask, sendsParts, beforeSend: hooks.beforeSend, answerBytes: own.answerBytes }
  const openEndpoint = endpointOpener(run, answering, shared)
  const ofVariants = variants.map((each): [string, Endpoint] => [
    each.path,
    openEndpoint(each.policies, each.safelist, each.name),
  ])
  const endpoints = createEndpoints(
    new Map([[MAIN_PATH, openEndpoint(policies, config.operations.safelist)], ...ofVariants]),
  )
  const { credentialsOf } = policies
  const { fileCounts } = shared
  const bounds = { clientAddress, limits: own, measuring, reportLimit, fileCounts }
  const serveFile = createFiles({ editions, cors, credentialsOf, ...bounds })
  const route = createRoutes({ endpoints, pages, serveFile, cors, room, clientAddress, state })
  const facts = { config, limits: own, measuring, texts: beside.memory }
  return { ...facts, serving, streams, endpoints, clientAddress, route, close }
}

/** Documents to warm before the first request: the registered ones, or those that are shipped. */
const expectedOf = ({ lists, variants }: Config, shipped: readonly ShippedOperation[]): readonly ExpectedDocument[] => [
  ...(lists?.texts ?? shipped.map(({ document }) => document)).map((query) => ({ query })),
  ...variants.flatMap(({ name, lists }) => (lists?.texts ?? []).map((query) => ({ query, variant: name }))),
]

interface RunnerParts extends Pick<Serving, 'editions'> {
  readonly hooks: Hooks
  readonly policies: Policies
  readonly decide: Authorization['decide']
  readonly streams: Streams
  readonly mask: Mask
  readonly clientRules: ClientRules | undefined
}

/** Runs the operations of all paths. */
function runnerOf(
  { subscriptions }: Config,
  { editions, hooks, policies: { budget }, decide, streams, mask, clientRules }: RunnerParts,
) {
  const before = hooks.beforeCalls
  const subscribe = createSubscribe({ mask, reconnects: subscriptions.reconnects, decide, before })
  const execute = createExecute({ mask, decide, before, openHeard: clientRules?.open })
  return {
    editions,
    execute: hooks.execute(withTraceReport(withCostReport(execute, budget), budget)),
    start: hooks.start(createStart(streams, subscribe), mask),
  }
}

/** A variant, with the policies of its path. */
interface VariantEndpoint extends Variant {
  readonly policies: Policies
}

const onSchema = ({ name, filter, introspection, policies }: VariantEndpoint): VariantOptions => ({
  name,
  filter,
  checks: policies.document,
  hideSchema: !introspection,
})

/** @param run what all paths share */
function endpointOpener(
  run: ReturnType<typeof runnerOf>,
  {
    mask,
    sendsParts,
    beforeSend,
    answerBytes,
  }: Pick<OperationOptions, 'sendsParts' | 'beforeSend' | 'answerBytes'> & { readonly mask: Mask },
  { requests, reportLimit, recordUse }: Shared,
) {
  return (policies: Policies, safelist: Safelist, variant?: string): Endpoint => {
    const count = countBy(requests, policies, safelist)
    const refusalOf = createRefusalOf({ count, reportLimit, mask })
    const perform = createPerform({ ...run, policies, recordUse })
    const { hold } = run.editions
    const operations = { variant, hold, perform, policies, count, refusalOf, sendsParts, beforeSend, answerBytes }
    return { operations, answer: createOperations(operations) }
  }
}

/** Clients with lists of their own have figures of their own. */
function countBy(requests: RequestMetrics, { clientName }: Policies, safelist: Safelist) {
  requests.reserve({ operations: [], clients: Object.keys(safelist?.clients ?? {}) })
  return requests.counter(clientName)
}

const mainEndpoint = (
  { production, identity, operations: { safelist } }: Config,
  { listsOf, textsOf }: Beside,
): EndpointPolicyOptions => ({
  introspection: !production,
  isCallerRequired: identity?.required ?? false,
  safelist,
  lists: listsOf(safelist),
  texts: textsOf(undefined),
})

const variantEndpoint = (
  { name, introspection, isCallerRequired, safelist }: Variant,
  { listsOf, textsOf }: Beside,
): EndpointPolicyOptions => ({
  introspection,
  isCallerRequired,
  safelist,
  lists: listsOf(safelist),
  texts: textsOf(name),
})

/** Names of a document's operations, found without parsing it. */
const namesIn = (document: string): string[] =>
  Array.from(document.matchAll(/\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g), ([, name = '']) => name)

function hooksOf({ hooks, coprocessor }: Config, log: Logger, opened: AsyncDisposableStack): HookPoints {
  if (!coprocessor) return hooks
  const asked = coprocessorHooks(coprocessor, log)
  opened.defer(() => asked.close())
  return { ...both(asked.hooks, hooks), timeout: Math.min(hooks.timeout + coprocessor.timeout, LONGEST_TIMER) }
}

async function policiesOf(
  config: Config,
  limits: Limits,
  measuring: Measuring | undefined,
  beside: Beside,
  hooks: PolicyOptions['hooks'],
  { log, reportMeasured, reportUnlisted, buckets }: Shared,
): Promise<{ readonly policies: Policies; readonly variants: readonly VariantEndpoint[] }> {
  const { identity, workers } = config
  const policiesAt = createPolicies({
    ...config,
    limits,
    measuring,
    reportMeasured,
    buckets,
    gateways: workers,
    hooks,
    redis: beside.budgetRedis,
    reportUnlisted,
    verify: identity && (await openVerifier(identity, log)),
  })
  return {
    policies: policiesAt(mainEndpoint(config, beside)),
    variants: config.variants.map((variant) => ({
      ...variant,
      policies: policiesAt(variantEndpoint(variant, beside)),
    })),
  }
}

interface Beside {
  readonly listsOf: (safelist: Safelist) => LiveLists | undefined
  /**
   * Texts of automatic persisted queries. @param variant the contract variant that they belong to
   */
  readonly textsOf: (variant: string | undefined) => PersistedTexts | undefined
  readonly memory: MemoryTexts | undefined
  readonly budgetRedis: RedisConnection | undefined
}

/** Opens what the policies look things up in: safelists, persisted texts and Redis. */
async function openBeside(
  config: Config,
  { log, onListRefused }: Shared,
  opened: AsyncDisposableStack,
  before?: MemoryTexts,
): Promise<Beside> {
  const { persisted } = config.operations
  const followed = new Map<Safelist, LiveLists>()
  for (const { safelist, lists } of [{ safelist: config.operations.safelist, lists: config.lists }, ...config.variants])
    if (safelist && lists && !followed.has(safelist))
      followed.set(safelist, followLists(safelist, lists, log, onListRefused))
  for (const lists of followed.values()) opened.defer(() => lists.close())
  const memory = persisted.automatic ? createMemoryTexts(persisted.bytes, before) : undefined
  const budgetRedis = await openBudgetRedis(config, log)
  opened.defer(() => budgetRedis?.close())
  const textRedis = await openTextRedis(config, log)
  opened.defer(() => textRedis?.close())
  const textsOf = (variant: string | undefined): PersistedTexts | undefined => {
    if (!memory) return undefined
    const near = variant === undefined ? memory : textsBelow(memory, variant)
    return textRedis ? shareTexts(near, textRedis, persisted.maxAge, variant) : near
  }
  return { listsOf: (safelist) => followed.get(safelist), textsOf, memory, budgetRedis }
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
function limitsOf({ measured: names, workers, budgets }: Config, limits: Limits, { reportMeasured }: Shared) {
  const own = limitsOfWorker(limits, workers)
  // Redis counts what all workers spend: none allows only its part.
  const { costPerMinute } = budgets.store === 'redis' ? limits : own
  const { enforced, measured } = splitLimits({ ...own, costPerMinute }, names)
  const measuring: Measuring = { limits: measured, names: new Set(names), report: reportMeasured }
  return { enforced, measuring: names.length === 0 ? undefined : measuring }
}

/** Imported lazily: `jose` is not needed if tokens are opaque. */
async function openVerifier(identity: IdentitySettings, log: Logger): Promise<VerifyAuthorization> {
  const { createVerifier } = await import('../platform/protocol/caller.ts')
  return createVerifier(identity, log)
}
