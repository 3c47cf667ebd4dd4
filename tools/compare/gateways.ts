/**
 * The two gateways that are compared: the same supergraph, each with its own way to the services.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ConstDirectiveNode, Kind, parse, print, visit } from 'graphql'
import { readConfig } from '../../gateway/config/load.ts'
import { textOf } from '../../gateway/execution/plan/field-sets.ts'
import { startGateway } from '../../gateway/gateway.ts'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { createLogger } from '../../platform/process/log.ts'
import { variableOf } from '../../platform/process/setting-names.ts'
import { type StartedChild, startChild } from '../../platform/process/start-child.ts'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'

export interface Asked {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export interface ShownError {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

export interface Answered {
  readonly data: unknown
  readonly errors: readonly ShownError[]
  /** Requests that it sent to each service. */
  readonly calls: ReadonlyMap<string, number>
}

export interface ComparedGateway {
  ask(operation: Asked): Promise<Answered>
  stop(): Promise<void>
}

export interface Grounds {
  readonly supergraph: string
  /** Addresses by service. */
  readonly services: ReadonlyMap<string, string>
  /** Headers of each operation. */
  readonly headers: ReadonlyMap<string, string>
  /** The secret that the product's own services share with their gateway. */
  readonly secret: string | undefined
  /** A `tributary.config.ts` for this gateway. */
  readonly config: string | undefined
}

/** Starts both, or neither. @throws StartRefused with the reason */
export async function startBoth(
  grounds: Grounds,
): Promise<{ readonly ours: ComparedGateway; readonly stock: ComparedGateway; stop(): Promise<void> }> {
  const ours = await start(grounds, startOurs)
  try {
    const stock = await start(grounds, startStock)
    return { ours, stock, stop: () => Promise.all([ours.stop(), stock.stop()]).then(() => undefined) }
  } catch (error) {
    await ours.stop()
    throw error
  }
}

/** Starts one gateway, on its own proxy. */
type Start = (file: string, proxy: CountingProxy, grounds: Grounds) => Promise<StartedChild>

async function start(grounds: Grounds, begin: Start): Promise<ComparedGateway> {
  const proxy = await startCountingProxy(grounds.services, grounds.secret)
  const folder = await mkdtemp(join(tmpdir(), 'compare-'))
  const clear = async (): Promise<void> => {
    await proxy.close()
    await rm(folder, { recursive: true })
  }
  try {
    const file = join(folder, 'supergraph.graphql')
    await writeFile(file, withAddresses(grounds.supergraph, proxy.addresses))
    const { url, stop } = await begin(file, proxy, grounds)
    return {
      async ask(operation) {
        proxy.takeCounts()
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...Object.fromEntries(grounds.headers), 'content-type': 'application/json' },
          body: JSON.stringify(operation),
        })
        const { data, errors = [] } = (await response.json()) as { data?: unknown; errors?: readonly ShownError[] }
        return { data, errors, calls: proxy.takeCounts() }
      },
      async stop() {
        await stop()
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}

/** The same supergraph, with the proxy's addresses. */
const withAddresses = (supergraph: string, addresses: ReadonlyMap<string, string>): string =>
  print(
    visit(parse(supergraph), {
      Directive(node) {
        if (node.name.value !== 'join__graph') return undefined
        const address = addresses.get(textOf(node as ConstDirectiveNode, 'name') ?? '')
        if (address === undefined) return undefined
        const others = node.arguments?.filter(({ name }) => name.value !== 'url') ?? []
        const url = {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'url' },
          value: { kind: Kind.STRING, value: address },
        } as const
        return { ...node, arguments: [...others, url] }
      },
    }),
  )

/** Starts this gateway in this process. */
const startOurs: Start = async (file, { addresses }, { headers, config }) => {
  const forwarded = [...headers.keys()].filter((name) => name !== 'authorization')
  const settings = {
    SUPERGRAPH: file,
    PORT: '0',
    LOG_LEVEL: 'silent',
    PLAYGROUND: 'off',
    ...(forwarded.length > 0 && {
      HEADERS_SERVICES: JSON.stringify(forwarded.map((name) => ({ forward: name }))),
    }),
    ...(config !== undefined &&
      Object.fromEntries(
        [...addresses].map(([name, address]) => [variableOf(['services', name, 'addresses']), address]),
      )),
  }
  const gateway = await startGateway(await readConfig(settings, config), createLogger('gateway', 'silent'))
  return { url: `${gateway.url}/graphql`, stop: () => gateway.stop() }
}

const STOCK = fileURLToPath(new URL('stock/main.ts', import.meta.url))

/** Starts the stock gateway in its own process, without this one's environment. */
const startStock: Start = (file, _proxy, { headers }) =>
  startChild({
    file: STOCK,
    env: {
      ...processEnvironment,
      NODE_ENV: 'production',
      APOLLO_TELEMETRY_DISABLED: 'true',
      SUPERGRAPH: file,
      FORWARD: [...headers.keys()].join(),
    },
    refusal: 'The stock gateway refuses the supergraph: ',
  })
