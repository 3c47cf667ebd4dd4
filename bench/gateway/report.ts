/** Formats the rounds of a benchmark as a table of medians with ratios and targets. */
import { BASELINE, OURS } from './contestants.ts'

export interface Measurement {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds of the gateway's processes per request. */
  readonly cpu: number
  /** Resident megabytes under load. */
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

/** Rounds by contestant; empty if it cannot answer the workload. */
export type Rounds = ReadonlyMap<string, readonly Measurement[]>

/** The required ratio of CPU per request. */
interface Target {
  readonly baseline?: number
  readonly bestPeer?: number
}

const targets: Readonly<Record<string, Target>> = {
  'large, unique': { baseline: 10, bestPeer: 4 },
  'one field, unique': { baseline: 12, bestPeer: 2 },
  'large, identical': { bestPeer: 5 },
  'one field, identical': { bestPeer: 5 },
}
/** Under load, memory may be at most this many times the others'. */
const memoryTarget = { baseline: 1.3, bestPeer: 0.7 }

const columns = ['perSecond', 'p50', 'p99', 'cpu', 'memory', 'calls'] as const
const headings = ['requests/s', 'p50 ms', 'p99 ms', 'CPU ms', 'MB', 'calls', 'wrong']

export function report(workload: string, { delay, connections }: Pace, rounds: Rounds): string {
  const medians = new Map([...rounds].map(([name, measured]) => [name, summarize(measured)]))
  const lines = [`${workload}; services ${delay === 0 ? 'at once' : `after ${delay} ms`}; ${connections} connections`]
  lines.push(row('', headings))
  for (const [name, median] of medians) {
    const cells = median
      ? [...columns.map((column) => figure(median[column])), String(median.wrong)]
      : ['cannot answer']
    lines.push(row(name, cells))
  }
  lines.push(...ratios(medians, targets[workload] ?? {}))
  return `${lines.join('\n')}\n`
}

function ratios(medians: ReadonlyMap<string, Measurement | undefined>, target: Target): string[] {
  const ours = medians.get(OURS)
  if (!ours) return []
  const baseline = medians.get(BASELINE)
  const peers = [...medians].filter(([name, median]) => name !== OURS && median !== undefined)
  const best = (column: 'cpu' | 'memory'): Measurement | undefined =>
    peers.map(([, median]) => median).reduce((a, b) => (a && b && b[column] < a[column] ? b : a), peers[0]?.[1])
  const line = (
    rival: string,
    fastest: Measurement | undefined,
    leanest: Measurement | undefined,
    key: keyof Target,
  ) => {
    if (!fastest || !leanest) return []
    const cpu = verdict(fastest.cpu / ours.cpu, target[key], (ratio, wanted) => ratio >= wanted)
    const memory = verdict(ours.memory / leanest.memory, memoryTarget[key], (ratio, wanted) => ratio <= wanted)
    const throughput = `${figure(ours.perSecond / fastest.perSecond)}×`
    return [`  against ${rival}: ${cpu} per CPU second, ${throughput} in requests/s; memory ${memory}`]
  }
  return [
    ...line(BASELINE, baseline, baseline, 'baseline'),
    ...line('the best peer', best('cpu'), best('memory'), 'bestPeer'),
  ]
}

function verdict(
  ratio: number,
  wanted: number | undefined,
  reached: (ratio: number, wanted: number) => boolean,
): string {
  const shown = `${figure(ratio)}×`
  return wanted === undefined ? shown : `${shown} (target ${wanted}×: ${reached(ratio, wanted) ? 'reached' : 'missed'})`
}

function summarize(measured: readonly Measurement[]): Measurement | undefined {
  if (measured.length === 0) return undefined
  const of = (column: keyof Measurement): number => median(measured.map((one) => one[column]))
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    memory: of('memory'),
    calls: of('calls'),
    wrong: measured.reduce((sum, { wrong }) => sum + wrong, 0),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(11)).join('')}`

/** Three significant digits, without an exponent. */
const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))))
