/** The gateway under test: composed over the test's subgraphs, in this process, on real sockets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { withNodeGraph } from '../../gateway/composition/node-subgraph.ts'
import type { Config } from '../../gateway/config/config.ts'
import { readConfig } from '../../gateway/config/load.ts'
import type { PlanningOptions } from '../../gateway/execution/plan/planner-thread.ts'
import { openPlanner, type SharedPlanner } from '../../gateway/execution/plan/shared-planner.ts'
import { openAdmin, type RunningGateway, startGateway } from '../../gateway/gateway.ts'
import type { Limits } from '../../gateway/limits/limits.ts'
import { createLogger, type Logger } from '../../platform/process/log.ts'
import { type Answer, readAnswer } from './answer.ts'

export interface ComposedService {
  readonly name: string
  readonly sdl: string
  /** Base address. */
  readonly url: string
}

/**
 * Composed supergraphs by services: suites of a worker share them, with other addresses each time.
 */
const composed = new Map<string, string>()

/** The supergraph of these services, with their addresses and the node graph. */
export function composeAt(services: readonly ComposedService[]): string {
  const key = JSON.stringify(services.map(({ name, sdl }) => [name, sdl]))
  const supergraph = composed.get(key) ?? compose(services)
  composed.set(key, supergraph)
  return services.reduce((text, { name, url }) => text.replace(addressOf(name), `"${url}/graphql"`), supergraph)
}

const addressOf = (name: string): string => `"http://${name}.invalid/graphql"`

function compose(services: readonly ComposedService[]): string {
  const { supergraphSdl, errors } = composeServices(
    withNodeGraph(services.map(({ name, sdl }) => ({ name, url: JSON.parse(addressOf(name)), typeDefs: parse(sdl) }))),
  )
  if (errors) throw new Error(errors.join('\n'))
  return supergraphSdl
}

const idle: PlanningOptions = {
  timeout: 0,
  plansWaiting: 0,
  onWorked: () => undefined,
  onRefused: () => undefined,
  onPlanned: () => undefined,
  onUnplannable: () => undefined,
}

/** The planner of the last supergraph: starting a planner thread takes half a second of CPU. */
let kept: { readonly supergraph: string; readonly planner: Promise<SharedPlanner> } | undefined

/** Lets later gateways over this supergraph reuse the planner thread. */
async function keepPlanner(supergraph: string): Promise<void> {
  if (kept?.supergraph === supergraph) return
  const before = kept
  kept = { supergraph, planner: openPlanner(supergraph, idle) }
  await Promise.all([kept.planner, before?.planner.then(({ close }) => close())])
}

export interface TestGateway extends RunningGateway {
  /** Base address of the admin port. */
  readonly adminUrl: string
  /** Path of the supergraph that it serves. */
  readonly supergraphFile: string
}

export interface TestGatewayOptions {
  readonly services: readonly ComposedService[]
  /** Settings in addition to `SUPERGRAPH`. */
  readonly env?: Readonly<Record<string, string>>
  readonly limits?: Partial<Limits>
  /** The text of a `tributary.config.ts`, in the folder of `supergraph.graphql`. */
  readonly file?: string
  /** Settings without an environment variable. */
  readonly config?: Partial<Config>
  /** Replaces the gateway's own log. */
  readonly log?: Logger
}

export async function startTestGateway({
  services,
  env,
  limits,
  file,
  config: more,
  log: ownLog,
}: TestGatewayOptions): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  const supergraphFile = join(folder, 'supergraph.graphql')
  const supergraph = composeAt(services)
  await writeFile(supergraphFile, supergraph)
  const configFile = join(folder, 'tributary.config.ts')
  if (file !== undefined) await writeFile(configFile, file)
  const settings = {
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: folder,
    SUPERGRAPH: supergraphFile,
    ...env,
  }
  const config = await readConfig(settings, file === undefined ? undefined : configFile)
  const log = ownLog ?? createLogger('gateway', config.logLevel)
  // No load balancer has to notice the stop.
  const draining = { ...config.draining, quiet: 0 }
  const gateway = await startGateway({ ...config, draining, ...more }, log, {
    limits: { ...config.limits, ...limits },
  })
  if (config.variants.length === 0) await keepPlanner(supergraph)
  const admin = await openAdmin(gateway.commands, config.admin)
  return {
    ...gateway,
    adminUrl: admin.url,
    supergraphFile,
    async stop() {
      await admin.drain(0)
      await gateway.stop()
      await rm(folder, { recursive: true })
    },
  }
}

export interface Operation {
  readonly query?: string | null
  readonly documentId?: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Sends one operation with POST. @param url with its path */
export async function post(
  url: string,
  operation: Operation | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = JSON.stringify(typeof operation === 'string' ? { query: operation } : operation)
  return readAnswer(
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }),
  )
}

/** Sends one operation to `/graphql` with POST. @param url base address of a gateway */
export const ask = (url: string, ...asked: Parameters<typeof post> extends [string, ...infer Rest] ? Rest : never) =>
  post(`${url}/graphql`, ...asked)

/** Status and code of an answer, for one-line expectations. */
export const verdict = ({ status, errors }: Answer): string => `${status} ${errors?.[0]?.extensions['code'] ?? 'OK'}`
