/**
 * `npm run bench -- revision --base ../before`: CPU of this gateway per request with that of
 * another checkout. Processes of one version differ by a tenth, and the machine by more from minute
 * to minute. So two gateways of each version run at once and take turns on one core, and new
 * processes repeat it.
 * Flags: --quartets 4 --turns 4 --seconds 3 --warm 8 --workload "main,one field"
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Contestant, contestants, OURS } from './gateway/contestants.ts'
import { chooseWorkloads } from './gateway/flags.ts'
import { ask, load } from './gateway/load.ts'
import { type BenchmarkProcess, GATEWAY_CORE, startProcess } from './gateway/process.ts'
import { compareRevisions, type Quartet } from './gateway/revisions.ts'
import { type RunningServices, withServices } from './gateway/running.ts'
import type { Workload } from './gateway/workloads.ts'

interface Flags {
  /** Times that four gateways are started. */
  readonly quartets: number
  /** Turns of each gateway of a quartet. */
  readonly turns: number
  /** Seconds of a turn. */
  readonly seconds: number
  readonly warm: number
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      base: { type: 'string' },
      quartets: { type: 'string', default: '4' },
      turns: { type: 'string', default: '4' },
      // A turn opens its connections, which shorter ones would measure.
      seconds: { type: 'string', default: '3' },
      warm: { type: 'string', default: '8' },
      workload: { type: 'string' },
    },
  })
  if (values.base === undefined) {
    console.log('revision is left out: it needs --base FOLDER, another checkout with its packages installed.')
    return
  }
  const flags: Flags = {
    quartets: Math.max(2, Number(values.quartets)),
    turns: Number(values.turns),
    seconds: Number(values.seconds),
    warm: Number(values.warm),
  }
  const versions = { changed: ours(contestants), base: ours(await contestantsOf(values.base)) }
  const workloads = chooseWorkloads(values.workload)
  await withServices(async (running) => {
    console.log('CPU per request, changed and base, geometric means; ratio with two standard errors;')
    console.log('difference of two processes of one version\n')
    for (const workload of workloads) {
      const quartets: Quartet[] = []
      for (let index = 0; index < flags.quartets; index += 1)
        quartets.push(await measureQuartet(versions, workload, running, flags, index % 2 === 1))
      console.log(report(workload, quartets))
    }
  })
}

/** Each checkout knows how its own gateway is started. */
async function contestantsOf(folder: string): Promise<readonly Contestant[]> {
  const file = pathToFileURL(resolve(folder, 'bench/gateway/contestants.ts'))
  return ((await import(file.href)) as { contestants: readonly Contestant[] }).contestants
}

function ours(all: readonly Contestant[]): Contestant {
  const found = all.find(({ name }) => name === OURS)
  if (!found) throw new Error(`The checkout has no contestant "${OURS}".`)
  return found
}

interface Player {
  readonly version: keyof Quartet
  readonly gateway: BenchmarkProcess
  cpu: number
  requests: number
}

/** @param reversed the base starts and goes first */
async function measureQuartet(
  versions: { readonly changed: Contestant; readonly base: Contestant },
  workload: Workload,
  { groundsOf }: RunningServices,
  flags: Flags,
  reversed: boolean,
): Promise<Quartet> {
  const grounds = groundsOf(workload)
  const pair = reversed ? (['base', 'changed'] as const) : (['changed', 'base'] as const)
  const started: Player[] = []
  try {
    for (const version of [...pair, ...pair]) {
      const { name, program } = versions[version]
      const gateway = await startProcess(`${name} (${version})`, await program(grounds), GATEWAY_CORE)
      started.push({ version, gateway, cpu: 0, requests: 0 })
    }
    const expected = await ask(started[0]?.gateway.url ?? '', workload.query)
    for (const { gateway } of started) await loadOf(gateway, workload, expected, flags.warm)
    for (let turn = 0; turn < flags.turns; turn += 1)
      for (const player of turn % 2 === 0 ? started : started.toReversed()) {
        const before = player.gateway.usage().cpu
        player.requests += await loadOf(player.gateway, workload, expected, flags.seconds)
        player.cpu += player.gateway.usage().cpu - before
      }
    const cpuOf = (version: keyof Quartet): readonly [number, number] => {
      const [one = Number.NaN, other = Number.NaN] = started
        .filter((player) => player.version === version)
        .map(({ cpu, requests }) => cpu / requests)
      return [one, other]
    }
    return { changed: cpuOf('changed'), base: cpuOf('base') }
  } finally {
    await Promise.all(started.map(({ gateway }) => gateway.stop()))
  }
}

/** Returns the number of requests. Throws for an answer other than that of the first gateway. */
async function loadOf(
  { url }: BenchmarkProcess,
  { query, unique, connections }: Workload,
  expected: unknown,
  seconds: number,
): Promise<number> {
  const { requests, wrong } = await load({ url, query, unique, connections, seconds, expected })
  if (wrong > 0) throw new Error(`${wrong} of ${requests} answers were not as the first`)
  return requests
}

function report({ name }: Workload, quartets: readonly Quartet[]): string {
  const { changed, base, ratio, uncertainty, noise } = compareRevisions(quartets)
  const micros = (milliseconds: number): string => `${(milliseconds * 1000).toFixed(1)} µs`
  const cpu = `${micros(changed).padStart(12)}${micros(base).padStart(12)}`
  return `  ${name.padEnd(30)}${cpu}   ${ratio.toFixed(3)} ± ${uncertainty.toFixed(3)}   ${(noise * 100).toFixed(1)} %`
}
