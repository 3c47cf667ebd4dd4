/**
 * Formats the rounds of one workload: a table of medians, and the others relative to this gateway.
 */
import { type Column, figure, type Medians, type Rival, rivalNames, share } from './compare.ts'
import type { Measurement, Pace } from './measure.ts'
import type { Workload } from './workloads.ts'

type Cell = (measured: Measurement, workload: Workload) => number | undefined

/** Columns in order; one without any figure is left out. */
const columns: Readonly<Record<string, Cell>> = {
  'requests/s': ({ perSecond }) => perSecond,
  'p50 ms': ({ p50 }) => p50,
  'p99 ms': ({ p99 }) => p99,
  'p99 at 60 %': ({ pacedP99 }) => pacedP99,
  'CPU ms': ({ cpu }) => cpu,
  // Under 100 it is not the gateway that limits requests/s.
  'core %': ({ cpu, perSecond }) => (cpu * perSecond) / 10,
  'µs/entity': ({ cpu }, { entities }) => entities && (cpu * 1000) / entities,
  MB: ({ memory }) => memory,
  calls: ({ calls }) => calls,
  wrong: ({ wrong }) => wrong,
}

/** Columns of the ratios to a rival. */
const relative: Readonly<Record<string, Column>> = {
  'requests/s': 'perSecond',
  memory: 'memory',
  p99: 'p99',
  'p99 at 60 %': 'pacedP99',
}

export function report(workload: Workload, { delay, connections }: Pace, medians: Medians): string {
  const measured = [...medians.values()].filter((median) => median !== undefined)
  const shown = Object.entries(columns).filter(([, cell]) => measured.some((one) => cell(one, workload) !== undefined))
  const lines = [
    `${workload.name}; services ${delay === 0 ? 'at once' : `after ${delay} ms`}; ${connections} connections`,
    row(
      '',
      shown.map(([heading]) => heading),
    ),
  ]
  for (const [name, median] of medians) {
    const cells = median
      ? shown.map(([, cell]) => {
          const value = cell(median, workload)
          return value === undefined ? '' : figure(value)
        })
      : ['cannot answer']
    lines.push(row(name, cells))
  }
  lines.push(...rivalNames.flatMap((rival) => comparison(medians, rival)))
  return `${lines.join('\n')}\n`
}

function comparison(medians: Medians, rival: Rival): string[] {
  const cpu = share(medians, rival, 'cpu')
  if (cpu === undefined) return []
  const ours = Object.entries(relative).flatMap(([label, column]) => {
    const ratio = share(medians, rival, column)
    return ratio === undefined ? [] : [`${figure(ratio)}× ${label}`]
  })
  return [`  ${rival}: ${figure(1 / cpu)}× our CPU; ours relative to it: ${ours.join(', ')}`]
}

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(12)).join('')}`
