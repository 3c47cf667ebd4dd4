/** The flags of `npm run bench -- gateway`. */
import { parseArgs } from 'node:util'
import { BASELINE, type Contestant, contestants, OURS } from './contestants.ts'
import type { Durations, Pace } from './measure.ts'
import { type Workload, workloads } from './workloads.ts'

export interface Options extends Durations {
  readonly rounds: number
  readonly workloads: readonly Workload[]
  readonly contestants: readonly Contestant[]
  pacesOf(workload: Workload): readonly Pace[]
}

/** With fewer, a gateway mostly waits, and waking up would be measured. */
const CONNECTIONS_OF_DELAYED = 250

/** The name that selects a workload: without its variant. */
const choiceOf = ({ name }: Workload): string => name.split(',')[0] ?? ''

export function readFlags(flags: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...flags],
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '4' },
      paced: { type: 'boolean', default: true },
      connections: { type: 'string' },
      delay: { type: 'string' },
      workload: { type: 'string' },
      against: { type: 'string' },
    },
  })
  const { delay, connections } = values
  const against = choose(
    'gateway',
    values.against,
    contestants.map(({ name }) => name),
  )
  // The baseline always takes part: all answers are compared with its answers.
  const names = new Set([OURS, BASELINE, ...against])
  return {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warm: Number(values.warm),
    paced: values.paced,
    workloads: chooseWorkloads(values.workload),
    contestants: contestants.filter(({ name }) => names.has(name)),
    pacesOf: (workload) =>
      (delay === undefined ? workload.delays : delay.split(',').map(Number)).map((each) => ({
        delay: each,
        connections: Number(connections ?? (each === 0 ? workload.connections : CONNECTIONS_OF_DELAYED)),
      })),
  }
}

/** @param list names without variants, separated by commas; all by default */
export function chooseWorkloads(list: string | undefined): readonly Workload[] {
  const chosen = choose('workload', list, workloads.map(choiceOf))
  return workloads.filter((workload) => chosen.has(choiceOf(workload)))
}

/** @param list names, separated by commas; all by default */
function choose(kind: string, list: string | undefined, all: readonly string[]): ReadonlySet<string> {
  const names = new Set(all)
  if (list === undefined) return names
  const chosen = list.split(',').map((part) => part.trim())
  const unknown = chosen.find((name) => !names.has(name))
  if (unknown !== undefined) throw new Error(`There is no ${kind} "${unknown}": choose ${[...names].join(', ')}.`)
  return new Set(chosen)
}
