/** Formats the figures of payments: a table, and a line for each target. */
import { median } from '../common/statistics.ts'
import type { Contestant } from './contestants.ts'
import { type Measured, type Part, parts } from './measure.ts'

/** All rounds with one number of clients. */
export interface Outcome {
  readonly clients: number
  readonly rounds: Readonly<Record<Contestant['name'], readonly Measured[]>>
}

/** Microseconds of CPU per payment, at most. */
const LIMITS: Readonly<Record<Part, number>> = { gateway: 100, service: 250, postgres: 200 }
const TIMES_LESS = 5
const names: Readonly<Record<Part, string>> = { gateway: 'gateway', service: 'banking', postgres: 'PostgreSQL' }

export function mediansOf(rounds: readonly Measured[]): Measured {
  const of = (figure: (round: Measured) => number): number => median(rounds.map(figure))
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    again: rounds.reduce((sum, { again }) => sum + again, 0),
    cpu: {
      gateway: of(({ cpu }) => cpu.gateway),
      service: of(({ cpu }) => cpu.service),
      postgres: of(({ cpu }) => cpu.postgres),
    },
  }
}

const totalOf = ({ cpu }: Measured): number => parts.reduce((sum, part) => sum + cpu[part], 0)

const columns = [
  '',
  'clients',
  'transfers/s',
  'p50 ms',
  'p99 ms',
  'sent again',
  ...parts.map((part) => `${names[part]} µs`),
  'all µs',
]

/** Medians of the rounds, and the total of retried requests. */
export function report(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ clients, rounds }) =>
    (['tributary', 'baseline'] as const).map((name) => {
      const measured = mediansOf(rounds[name])
      const { perSecond, p50, p99, again, cpu } = measured
      const micros = [...parts.map((part) => cpu[part]), totalOf(measured)]
      return [
        name,
        `${clients}`,
        perSecond.toFixed(0),
        p50.toFixed(0),
        p99.toFixed(0),
        `${again}`,
        ...micros.map((of) => of.toFixed(0)),
      ]
    }),
  )
  const widths = columns.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)))
  return [columns, ...rows]
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n')
}

export function verdicts(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ clients, rounds }) => {
    const [ours, theirs] = [mediansOf(rounds.tributary), mediansOf(rounds.baseline)]
    const ratio = totalOf(theirs) / totalOf(ours)
    return [
      ...parts.map((part) =>
        line(
          clients,
          `${names[part]}, µs`,
          ours.cpu[part].toFixed(0),
          `≤ ${LIMITS[part]}`,
          ours.cpu[part] <= LIMITS[part],
        ),
      ),
      line(clients, 'less CPU than the baseline', `${ratio.toFixed(1)}×`, `≥ ${TIMES_LESS}×`, ratio >= TIMES_LESS),
    ]
  })
  return `Targets: CPU per transfer\n${lines.join('\n')}`
}

const line = (clients: number, what: string, figure: string, wanted: string, isMet: boolean): string =>
  `  ${`${clients} clients`.padEnd(13)}${what.padEnd(30)}${figure.padStart(6)}  ${wanted}: ${isMet ? 'met' : 'missed'}`
