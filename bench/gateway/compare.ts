/** Medians of the rounds, and ratios of the other gateways to this one. */
import { median } from '../common/statistics.ts'
import { BASELINE, OURS, RUST } from './contestants.ts'
import type { Measurement } from './measure.ts'

/** Rounds by contestant; empty if it cannot answer the workload. */
type Rounds = ReadonlyMap<string, readonly Measurement[]>
export type Medians = ReadonlyMap<string, Measurement | undefined>

const rivals = {
  apollo: [BASELINE],
  grafbase: [RUST],
  'the best of Hive and Mercurius': ['hive', 'hive-rust', 'mercurius'],
} as const satisfies Readonly<Record<string, readonly string[]>>
export type Rival = keyof typeof rivals
export const rivalNames = Object.keys(rivals) as readonly Rival[]

/** How to pick the better value; several rivals together are judged by the best in each column. */
const better = { cpu: Math.min, memory: Math.min, p99: Math.min, pacedP99: Math.min, perSecond: Math.max }
export type Column = keyof typeof better

/** Ours divided by theirs; `undefined` if one of them was not measured, or answered wrongly. */
export function share(medians: Medians, rival: Rival, column: Column): number | undefined {
  const of = (name: string): number | undefined => {
    const measured = medians.get(name)
    return measured?.wrong === 0 ? measured[column] : undefined
  }
  const ours = of(OURS)
  const theirs = rivals[rival].flatMap((name) => of(name) ?? [])
  return ours === undefined || theirs.length === 0 ? undefined : ours / better[column](...theirs)
}

export const mediansOf = (rounds: Rounds): Medians =>
  new Map([...rounds].map(([name, measured]) => [name, summarize(measured)]))

function summarize(measured: readonly Measurement[]): Measurement | undefined {
  if (measured.length === 0) return undefined
  const of = (column: Exclude<keyof Measurement, 'pacedP99'>): number => median(measured.map((one) => one[column]))
  const paced = measured.flatMap(({ pacedP99 }) => pacedP99 ?? [])
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    pacedP99: paced.length === 0 ? undefined : median(paced),
    cpu: of('cpu'),
    memory: of('memory'),
    calls: of('calls'),
    wrong: measured.reduce((sum, { wrong }) => sum + wrong, 0),
  }
}

/** Three significant digits, without an exponent. */
export const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
