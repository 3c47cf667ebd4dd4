/**
 * `npm run bench -- gateway`: this gateway and its peers, one at a time in alternation, on the same
 * supergraphs, services and core. Flags: --rounds 3 --seconds 4 --warm 4 --delay 0,5 --workload
 * large,"one field",main --against apollo,hive,hive-rust,mercurius --connections (default 50, or
 * 250 for delayed services: with 50 a gateway mostly waits, and waking up would be measured)
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BASELINE, type Contestant, contestants, OURS } from './gateway/contestants.ts'
import { composeGraph, type Grounds, pathOf } from './gateway/graph.ts'
import { ask, load } from './gateway/load.ts'
import { type BenchmarkProcess, GATEWAY_CORE, OTHER_CORE, startProcess } from './gateway/process.ts'
import { type Measurement, type Pace, report } from './gateway/report.ts'
import { graphs, type Workload, workloads } from './gateway/workloads.ts'

const peersFolder = fileURLToPath(new URL('peers', import.meta.url))

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly warm: number
  readonly paces: readonly Pace[]
  readonly workloads: readonly Workload[]
  readonly contestants: readonly Contestant[]
}

function readFlags(flags: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '4' },
      connections: { type: 'string' },
      delay: { type: 'string', default: '0,5' },
      workload: { type: 'string', default: workloads.map(({ name }) => name.split(',')[0]).join(',') },
      against: { type: 'string', default: contestants.map(({ name }) => name).join(',') },
    },
  })
  const list = (text: string): string[] => text.split(',').map((part) => part.trim())
  const chosen = new Set(list(values.workload))
  // The baseline always takes part: all answers are compared with its answers.
  const names = new Set([OURS, BASELINE, ...list(values.against)])
  return {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warm: Number(values.warm),
    paces: list(values.delay).map((text) => {
      const delay = Number(text)
      return { delay, connections: Number(values.connections ?? (delay === 0 ? 50 : 250)) }
    }),
    workloads: workloads.filter(({ name }) => chosen.has(name.split(',')[0] ?? '')),
    contestants: contestants.filter(({ name }) => names.has(name)),
  }
}

export async function run(flags: readonly string[]): Promise<void> {
  const options = readFlags(flags)
  installPeers()
  // Keeps this process's threads off the gateway's core.
  if (availableParallelism() > 1) execFileSync('taskset', ['-acp', String(OTHER_CORE), String(process.pid)])
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'))
  const program = { args: [fileURLToPath(new URL('gateway/services.ts', import.meta.url))], env: {} }
  const services = await startProcess('services', program, OTHER_CORE)
  try {
    for (const graph of graphs) {
      const supergraph = await composeGraph(graph, services.url)
      await writeFile(join(folder, `${graph.name}.graphql`), supergraph)
    }
    for (const workload of options.workloads)
      for (const pace of options.paces)
        console.log(report(workload.name, pace, await measure(workload, pace, options, services, folder)))
  } finally {
    await services.stop()
    await rm(folder, { recursive: true })
  }
}

/** All rounds of one workload, the contestants taking turns. */
async function measure(
  workload: Workload,
  pace: Pace,
  options: Options,
  services: BenchmarkProcess,
  folder: string,
): Promise<Map<string, Measurement[]>> {
  const grounds: Grounds = {
    supergraph: join(folder, `${workload.graph.name}.graphql`),
    services: workload.graph.services.map(({ name, schema }) => ({
      name,
      url: services.url + pathOf(workload.graph, name),
      schema: fileURLToPath(schema),
    })),
    stateless: !workload.unique,
  }
  const rounds = new Map<string, Measurement[]>(options.contestants.map(({ name }) => [name, []]))
  const baseline = options.contestants.find(({ name }) => name === BASELINE)
  if (!baseline) throw new Error('The baseline takes part in every benchmark.')
  await setDelay(services, 0)
  const expected = await withContestant(baseline, grounds, ({ url }) => ask(url, workload.query))
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of options.contestants) {
      try {
        const measured = await withContestant(contestant, grounds, (gateway) =>
          measureOnce(gateway, workload, pace, expected, options, services),
        )
        rounds.get(contestant.name)?.push(measured)
      } catch (error) {
        if (round === 0) console.log(`  ${contestant.name}: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
  return rounds
}

async function measureOnce(
  gateway: BenchmarkProcess,
  { query, unique }: Workload,
  { delay, connections }: Pace,
  expected: unknown,
  { seconds, warm }: Options,
  services: BenchmarkProcess,
): Promise<Measurement> {
  const { url } = gateway
  await setDelay(services, delay)
  await ask(url, query)
  const first = await load({ url, query, unique, connections, seconds: warm, expected })
  await setDelay(services, delay)
  const before = gateway.usage()
  const { requests, perSecond, p50, p99, wrong } = await load({ url, query, unique, connections, seconds, expected })
  const after = gateway.usage()
  const calls = await setDelay(services, delay)
  return {
    perSecond,
    p50,
    p99,
    cpu: (after.cpu - before.cpu) / requests,
    memory: after.memory,
    calls: calls / requests,
    wrong: wrong + first.wrong,
  }
}

async function withContestant<Result>(
  contestant: Contestant,
  grounds: Grounds,
  use: (gateway: BenchmarkProcess) => Promise<Result>,
): Promise<Result> {
  const gateway = await startProcess(contestant.name, contestant.program(grounds), GATEWAY_CORE)
  try {
    return await use(gateway)
  } finally {
    await gateway.stop()
  }
}

/** Returns the number of calls since the last call of this. */
async function setDelay(services: BenchmarkProcess, delay: number): Promise<number> {
  const response = await fetch(`${services.url}/control`, { method: 'POST', body: JSON.stringify({ delay }) })
  return ((await response.json()) as { calls: number }).calls
}

function installPeers(): void {
  if (existsSync(join(peersFolder, 'node_modules'))) return
  console.log('Installing the peers (about 190 MB, once) …')
  const { status } = spawnSync('npm', ['ci', '--prefix', peersFolder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The peers could not be installed.')
}
