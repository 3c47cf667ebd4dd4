/** The targets of this gateway, always relative to others, and whether a run reached them. */
import { figure, type Medians, type Rival, share } from './compare.ts'

interface Target {
  readonly workload: string
  /** Milliseconds that the services take. */
  readonly delay: number
  readonly against: Rival
  /** The others' CPU by ours: at least; our memory or p99 by theirs: at most. */
  readonly of: 'cpu' | 'memory' | 'pacedP99'
  readonly wanted: number
  readonly stretch?: number
}

const NODE = 'the best of Hive and Mercurius'
const labels = { cpu: 'less CPU', memory: 'memory', pacedP99: 'p99 at 60 %' }

type Wanted = readonly [against: Rival, of: Target['of'], wanted: number, stretch?: number]

const on = (workload: string, delay: number, ...wanted: readonly Wanted[]): Target[] =>
  wanted.map(([against, of, least, stretch]) => ({
    workload,
    delay,
    against,
    of,
    wanted: least,
    ...(stretch === undefined ? {} : { stretch }),
  }))

export const targets: readonly Target[] = [
  ...on(
    'page 200, unique',
    0,
    ['apollo', 'cpu', 16, 20],
    ['grafbase', 'cpu', 2.3, 3],
    [NODE, 'cpu', 13],
    ['apollo', 'memory', 0.5],
    ['grafbase', 'pacedP99', 1],
  ),
  ...on('page 200, unique, 64 in flight', 0, ['apollo', 'memory', 0.5]),
  ...on(
    'big, unique',
    0,
    ['apollo', 'cpu', 18],
    ['grafbase', 'cpu', 2.3],
    [NODE, 'cpu', 10],
    ['apollo', 'memory', 0.5],
    ['grafbase', 'pacedP99', 1],
  ),
  ...on(
    'one field, unique',
    0,
    ['apollo', 'cpu', 20],
    ['grafbase', 'cpu', 2.8],
    [NODE, 'cpu', 2],
    ['apollo', 'memory', 0.5],
    ['grafbase', 'pacedP99', 1],
  ),
  ...on('main, unique', 5, ['apollo', 'cpu', 8], [NODE, 'cpu', 6], ['apollo', 'memory', 0.5]),
  ...on('large, unique', 0, ['apollo', 'cpu', 10], [NODE, 'cpu', 4]),
  ...on('large, identical', 0, [NODE, 'cpu', 5]),
  ...on('one field, identical', 0, [NODE, 'cpu', 5]),
  ...on('joined 1000, unique', 0, ['grafbase', 'cpu', 1.3]),
]

export interface Outcome {
  readonly workload: string
  readonly delay: number
  readonly medians: Medians
}

/** A line for each target of the workloads that were measured. */
export function verdicts(outcomes: readonly Outcome[]): string {
  const lines = targets.flatMap((target) => {
    const outcome = outcomes.find(({ workload, delay }) => workload === target.workload && delay === target.delay)
    return outcome ? [line(target, outcome.medians)] : []
  })
  if (lines.length === 0) return ''
  return `Targets: CPU of others per request by ours, our memory and p99 by theirs\n${lines.join('\n')}\n`
}

function line({ workload, delay, against, of, wanted, stretch }: Target, medians: Medians): string {
  const what = `  ${`${workload}${delay === 0 ? '' : `, ${delay} ms`}`.padEnd(32)}${against.padEnd(32)}${labels[of].padEnd(13)}`
  const ours = share(medians, against, of)
  const asked = `${of === 'cpu' ? '≥' : '≤'} ${wanted}×${stretch === undefined ? '' : `, stretch ${stretch}×`}`
  if (ours === undefined) return `${what}${'–'.padStart(8)}  ${asked}: not measured`
  const value = of === 'cpu' ? 1 / ours : ours
  const reached = of === 'cpu' ? value >= wanted : value <= wanted
  return `${what}${`${figure(value)}×`.padStart(8)}  ${asked}: ${reached ? 'reached' : 'missed'}`
}
