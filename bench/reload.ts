/**
 * `npm run bench -- reload`: latency while the gateway takes a new supergraph under full load,
 * compared with quiet seconds of the same run; with one process, and with one per core. Flags:
 * --rounds 3 --seconds 4 --connections 20 --workers 1,2
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePorts } from '../platform/process/ports.ts'
import { withFolder } from './common/folder.ts'
import { composeGraph } from './gateway/graph.ts'
import { ask, type LoadOptions, type LoadResult, load } from './gateway/load.ts'
import { type BenchmarkProcess, startProcess } from './gateway/process.ts'
import { shop } from './gateway/shop.ts'

const TARGET = 2 // times the quiet p99
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const query = shop.queries['large'] ?? ''

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
}

export async function run(flags: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '20' },
      workers: { type: 'string', default: '1,2' },
    },
  })
  const { rounds, seconds, connections } = values
  const options = { rounds: Number(rounds), seconds: Number(seconds), connections: Number(connections) }
  const services = await startProcess('services', { args: [file('gateway/services.ts')], env: {} }, 'any')
  try {
    const supergraph = await composeGraph(shop, services.url)
    await withFolder(async (folder) => {
      for (const workers of values.workers.split(',')) await measure(workers, supergraph, folder, options)
    })
  } finally {
    await services.stop()
  }
}

async function measure(workers: string, supergraph: string, folder: string, options: Options): Promise<void> {
  const path = join(folder, 'supergraph.graphql')
  await writeFile(path, supergraph)
  const [adminPort = 0] = await freePorts(1)
  const settings = { SUPERGRAPH: path, PORT: '0', ADMIN_PORT: String(adminPort), GATEWAY_WORKERS: workers }
  const program = { args: [file('../gateway/main.ts')], env: { NODE_ENV: 'production', ...settings } }
  const gateway = await startProcess('gateway', program, 'any')
  try {
    const { url } = gateway
    const wanted = { url, query, unique: true, connections: options.connections, seconds: options.seconds }
    const all: LoadOptions = { ...wanted, expected: await ask(url, query) }
    await load(all)
    for (let round = 0; round < options.rounds; round += 1) {
      const quiet = await cpuOf(gateway, () => load(all))
      // A new text each time; the gateway ignores an unchanged one.
      const next = `${supergraph}\n# ${round}`
      const reloaded = await cpuOf(gateway, async () => {
        const [result] = await Promise.all([load(all), offer(adminPort, next, (options.seconds * 1000) / 4)])
        return result
      })
      console.log(line(`${workers} workers, quiet`, quiet))
      const ratio = reloaded.p99 / quiet.p99
      const verdict = ratio <= TARGET && reloaded.wrong === 0 ? 'reached' : 'missed'
      console.log(
        `${line(`${workers} workers, reload`, reloaded)}, p99 ${ratio.toFixed(2)}× (target ${TARGET}×: ${verdict})`,
      )
    }
  } finally {
    await gateway.stop()
  }
}

async function offer(adminPort: number, supergraph: string, delay: number): Promise<void> {
  await sleep(delay)
  const answer = await fetch(`http://127.0.0.1:${adminPort}/supergraph`, { method: 'POST', body: supergraph })
  if (!answer.ok) throw new Error(`The supergraph was answered ${answer.status}: ${await answer.text()}`)
}

type Window = LoadResult & { readonly cores: number }

/** Includes the gateway's CPU time, in cores. */
async function cpuOf(gateway: BenchmarkProcess, work: () => Promise<LoadResult>): Promise<Window> {
  const [before, began] = [gateway.usage().cpu, performance.now()]
  const result = await work()
  return { ...result, cores: (gateway.usage().cpu - before) / (performance.now() - began) }
}

const line = (name: string, { perSecond, p50, p99, longest, wrong, cores }: Window): string =>
  `${name.padEnd(18)} ${perSecond.toFixed(0)}/s, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, ${wrong} failed, ${cores.toFixed(2)} cores`
