/** Measures one gateway, running, with one workload. */
import type { Contestant } from './contestants.ts'
import { OURS, RUST } from './contestants.ts'
import { ask, type LoadOptions, load } from './load.ts'
import type { BenchmarkProcess } from './process.ts'
import type { Workload } from './workloads.ts'

export interface Measurement {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** p99 at 60 % of the rate reached before; for some gateways only. */
  readonly pacedP99: number | undefined
  /** Milliseconds of the gateway's processes per request. */
  readonly cpu: number
  /** Maximum resident megabytes under load. */
  readonly memory: number
  /** Calls to services per request. */
  readonly calls: number
  /** Answers that differ from the baseline's. */
  readonly wrong: number
}

export interface Pace {
  /** Milliseconds that the services take. */
  readonly delay: number
  readonly connections: number
}

export interface Durations {
  /** Seconds of each measured load. */
  readonly seconds: number
  /** Seconds of load before anything is measured. */
  readonly warm: number
  /** Whether to measure at a given rate, too. */
  readonly paced: boolean
}

const PACED_SHARE = 0.6 // of the highest rate
const PACED: readonly string[] = [OURS, RUST]
const SAMPLES = 250 // milliseconds between two samples of the memory

/** @param expected the baseline's answer */
export async function measure(
  { name }: Contestant,
  gateway: BenchmarkProcess,
  { query, unique }: Workload,
  { delay, connections }: Pace,
  expected: unknown,
  { seconds, warm, paced }: Durations,
  services: BenchmarkProcess,
): Promise<Measurement> {
  const { url } = gateway
  await setDelay(services, delay)
  await ask(url, query)
  const options: LoadOptions = { url, query, unique, connections, seconds, expected }
  const first = await load({ ...options, seconds: warm })
  await setDelay(services, delay)
  const before = gateway.usage().cpu
  let memory = 0
  const look = (): void => {
    memory = Math.max(memory, gateway.usage().memory)
  }
  const looking = setInterval(look, SAMPLES)
  const { requests, perSecond, p50, p99, wrong } = await load(options).finally(() => clearInterval(looking))
  const cpu = gateway.usage().cpu - before
  look()
  const calls = await setDelay(services, delay)
  const atRate =
    paced && unique && PACED.includes(name) ? await load({ ...options, rate: perSecond * PACED_SHARE }) : undefined
  return {
    perSecond,
    p50,
    p99,
    pacedP99: atRate?.p99,
    cpu: cpu / requests,
    memory,
    calls: calls / requests,
    wrong: wrong + first.wrong + (atRate?.wrong ?? 0),
  }
}

/** Returns the number of calls since the last call of this. */
export async function setDelay(services: BenchmarkProcess, delay: number): Promise<number> {
  const response = await fetch(`${services.url}/control`, { method: 'POST', body: JSON.stringify({ delay }) })
  return ((await response.json()) as { calls: number }).calls
}
