/**
 * `npm run bench -- policies`: CPU of the gateway per request with each policy off and on. The
 * gateways of one point run at once, and take turns on the same core. A file of `bench/policies/`
 * is a point. Flags: --point file,headers --rounds 5 --seconds 2 --warm 3
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { gatewayFlags, processEnvironment } from '../platform/memory/node-flags.ts'
import { median } from './common/statistics.ts'
import { ask, load } from './gateway/load.ts'
import { type BenchmarkProcess, GATEWAY_CORE, startProcess } from './gateway/process.ts'
import { withServices } from './gateway/running.ts'
import { type Workload, workloads } from './gateway/workloads.ts'
import type { Point, Variant } from './policies/point.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Flags {
  readonly rounds: number
  /** Seconds of each turn of a gateway. */
  readonly seconds: number
  readonly warm: number
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      point: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      warm: { type: 'string', default: '3' },
    },
  })
  const flags = { rounds: Number(values.rounds), seconds: Number(values.seconds), warm: Number(values.warm) }
  const names = await pointNames(values.point)
  await withServices(async ({ folder }) => {
    console.log('CPU of the gateway per request, median of the rounds (least–most); ratio to the gateway without\n')
    for (const name of names) {
      const { point } = (await import(`./policies/${name}.ts`)) as { point: Point }
      console.log(await measurePoint(name, point, folder, flags))
    }
  })
}

async function pointNames(chosen: string | undefined): Promise<readonly string[]> {
  const files = await readdir(here('policies'))
  const names = files.map((file) => file.replace(/\.ts$/, '')).filter((name) => name !== 'point')
  if (chosen === undefined) return names.sort()
  const unknown = chosen.split(',').find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`There is no point "${unknown}": choose ${names.sort().join(', ')}.`)
  return chosen.split(',')
}

interface Contestant {
  readonly label: string
  readonly gateway: BenchmarkProcess
  readonly variant: Variant
  readonly expected: unknown
  /** Milliseconds per request, one of each round. */
  readonly cpu: number[]
}

async function measurePoint(name: string, point: Point, folder: string, flags: Flags): Promise<string> {
  const workload = workloads.find((one) => one.name === point.workload)
  if (!workload) throw new Error(`There is no workload "${point.workload}".`)
  const beside = await point.beside?.()
  const running: Contestant[] = []
  try {
    for (const [label, variant] of Object.entries({ off: point.off, ...point.on(beside?.url ?? '') })) {
      const gateway = await startGateway(`${name}-${running.length}`, variant, workload, folder)
      running.push({ label, gateway, variant, expected: undefined, cpu: [] })
    }
    const ready = await Promise.all(
      running.map(async (one) => ({
        ...one,
        expected: await ask(
          urlOf(one),
          one.variant.bodies?.(workload.query).first ?? workload.query,
          point.headers,
          one.variant.hasErrors,
        ),
      })),
    )
    for (const one of ready) await takeTurn(one, workload, point, flags.warm)
    for (let round = 0; round < flags.rounds; round++)
      for (const one of round % 2 === 0 ? ready : ready.toReversed())
        one.cpu.push(await takeTurn(one, workload, point, flags.seconds))
    return table(name, point, ready)
  } finally {
    await Promise.all(running.map(({ gateway }) => gateway.stop()))
    await beside?.stop()
  }
}

const urlOf = ({ gateway, variant }: Pick<Contestant, 'gateway' | 'variant'>): string =>
  variant.path === undefined ? gateway.url : new URL(variant.path, gateway.url).href

/** Milliseconds of CPU per request. */
async function takeTurn(
  { label, gateway, expected, variant }: Contestant,
  { query, unique, connections }: Workload,
  { headers = {} }: Point,
  seconds: number,
): Promise<number> {
  const before = gateway.usage().cpu
  const result = await load({
    url: urlOf({ gateway, variant }),
    query: variant.bodies?.(query).later ?? query,
    unique: unique && headers['authorization'] === undefined,
    connections,
    seconds,
    expected,
    headers,
  })
  if (result.wrong > 0) throw new Error(`${label}: ${result.wrong} of ${result.requests} answers were not as the first`)
  return (gateway.usage().cpu - before) / result.requests
}

async function startGateway(
  name: string,
  { env = {}, config, supergraph: change }: Variant,
  { graph, unique }: Workload,
  folder: string,
): Promise<BenchmarkProcess> {
  const composed = join(folder, `${graph.name}.graphql`)
  const supergraph = change ? join(folder, `${name}.graphql`) : composed
  if (change) await writeFile(supergraph, change(await readFile(composed, 'utf8')))
  const file = join(folder, `${name}.config.ts`)
  if (config !== undefined)
    await writeFile(
      file,
      `import { defineConfig, stateful, stateless } from '${pathToFileURL(here('../gateway/config/define.ts'))}'
export default defineConfig({ supergraph: ${JSON.stringify(supergraph)}, ...(${config}) })\n`,
    )
  const program = here('../gateway/main.ts')
  return startProcess(
    name,
    {
      args: [...gatewayFlags, program, ...(config === undefined ? [] : ['--config', file])],
      env: {
        ...processEnvironment,
        NODE_ENV: 'production',
        ...(config === undefined && { SUPERGRAPH: supergraph }),
        PORT: '0',
        ADMIN_PORT: '0',
        LIMIT_COST: '100000000',
        USAGE_RECORD: 'off',
        ...(!unique && { STATELESS: graph.services.map(({ name }) => name).join(',') }),
        ...env,
      },
    },
    GATEWAY_CORE,
  )
}

function table(name: string, { workload }: Point, contestants: readonly Contestant[]): string {
  const off = median(contestants[0]?.cpu ?? [])
  const rows = contestants.map(({ label, cpu }) => {
    const middle = median(cpu)
    const range = `${micros(Math.min(...cpu))}–${micros(Math.max(...cpu))}`
    return `  ${label.padEnd(40)}${`${micros(middle)} µs`.padStart(10)}  ${range.padEnd(14)}${(middle / off).toFixed(2)}×`
  })
  return `${name} (${workload})\n${rows.join('\n')}\n`
}

const micros = (milliseconds: number): string => (milliseconds * 1000).toFixed(0)
