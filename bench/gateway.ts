/**
 * `npm run bench -- gateway`: this gateway and its peers, one at a time in alternation, on the same
 * supergraphs, services and core. Flags: --rounds 3 --seconds 4 --warm 4 --workload "page 200",big
 * --against apollo,grafbase,hive,hive-rust,mercurius --no-paced (without the load at 60 % of the
 * highest rate); --delay 0,5 and --connections 50 replace those of each workload
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Medians, mediansOf } from './gateway/compare.ts'
import { BASELINE, type Contestant } from './gateway/contestants.ts'
import { type Options, readFlags } from './gateway/flags.ts'
import type { Grounds } from './gateway/graph.ts'
import { ask } from './gateway/load.ts'
import { type Measurement, measure, type Pace, setDelay } from './gateway/measure.ts'
import { type BenchmarkProcess, GATEWAY_CORE, startProcess } from './gateway/process.ts'
import { report } from './gateway/report.ts'
import { type RunningServices, withServices } from './gateway/running.ts'
import { type Outcome, verdicts } from './gateway/targets.ts'
import type { Workload } from './gateway/workloads.ts'

const peersFolder = fileURLToPath(new URL('peers', import.meta.url))

export async function run(flags: readonly string[]): Promise<void> {
  const chosen = readFlags(flags)
  installPeers()
  const options = { ...chosen, contestants: chosen.contestants.filter(takesPart) }
  await withServices(async (running) => {
    const outcomes: Outcome[] = []
    for (const workload of options.workloads)
      for (const pace of options.pacesOf(workload)) {
        const medians = await measureRounds(workload, pace, options, running)
        console.log(report(workload, pace, medians))
        outcomes.push({ workload: workload.name, delay: pace.delay, medians })
      }
    console.log(verdicts(outcomes))
  })
}

/** All rounds of one workload, the contestants taking turns. */
async function measureRounds(
  workload: Workload,
  pace: Pace,
  options: Options,
  { services, groundsOf }: RunningServices,
): Promise<Medians> {
  const grounds = groundsOf(workload)
  const rounds = new Map<string, Measurement[]>(options.contestants.map(({ name }) => [name, []]))
  const baseline = options.contestants.find(({ name }) => name === BASELINE)
  if (!baseline) throw new Error('The baseline takes part in every benchmark.')
  await setDelay(services, 0)
  const expected = await withContestant(baseline, grounds, ({ url }) => ask(url, workload.query))
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of options.contestants) {
      if (unable.has(runOf(contestant, grounds))) continue
      try {
        const measured = await withContestant(contestant, grounds, (gateway) =>
          measure(contestant, gateway, workload, pace, expected, options, services),
        )
        rounds.get(contestant.name)?.push(measured)
      } catch (error) {
        sayOnce(`  ${contestant.name}: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
  return mediansOf(rounds)
}

const runOf = ({ name }: Contestant, { supergraph }: Grounds): string => `${name} on ${supergraph}`
const able = new Set<string>()
/** Gateways that failed to start, and are left out from then on. */
const unable = new Set<string>()

async function withContestant<Result>(
  contestant: Contestant,
  grounds: Grounds,
  use: (gateway: BenchmarkProcess) => Promise<Result>,
): Promise<Result> {
  const run = runOf(contestant, grounds)
  const program = await contestant.program(grounds)
  const gateway = await startProcess(contestant.name, program, GATEWAY_CORE).catch((error: unknown) => {
    if (!able.has(run)) unable.add(run)
    throw error
  })
  able.add(run)
  try {
    return await use(gateway)
  } finally {
    await gateway.stop()
  }
}

function takesPart({ name, missing }: Contestant): boolean {
  const why = missing?.()
  if (why !== undefined) console.log(`  ${name} is left out: ${why}.`)
  return why === undefined
}

const said = new Set<string>()

function sayOnce(message: string): void {
  if (said.has(message)) return
  said.add(message)
  console.log(message)
}

function installPeers(): void {
  if (existsSync(join(peersFolder, 'node_modules'))) return
  console.log('Installing the peers (about 290 MB, once) …')
  const { status } = spawnSync('npm', ['ci', '--prefix', peersFolder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The peers could not be installed.')
}
