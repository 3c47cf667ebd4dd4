/** The report of a comparison, as text for people and as JSON. */
import type { Compared, Verdict } from './compare.ts'
import type { Difference } from './differences.ts'

export interface Report {
  readonly supergraph: string
  /** Notes on options that both gateways got differently than requested. */
  readonly notes: readonly string[]
  readonly operations: readonly Compared[]
}

const ORDER: readonly Verdict[] = ['differs', 'unstable', 'by design', 'equal', 'not asked', 'skipped']

export const jsonOf = (report: Report): string => JSON.stringify({ ...report, summary: countsOf(report) }, undefined, 2)

const countsOf = ({ operations }: Report): Partial<Record<Verdict, number>> =>
  Object.fromEntries(
    ORDER.map((verdict) => [verdict, operations.filter((one) => one.verdict === verdict).length] as const).filter(
      ([, count]) => count > 0,
    ),
  )

export function tableOf(report: Report): string {
  const { supergraph, notes, operations } = report
  const rows = operations.map(({ name, verdict, calls, why }) => [
    name,
    verdict,
    calls ? `${calls.ours} / ${calls.stock}` : '',
    why ?? '',
  ])
  const details = operations.flatMap(detailsOf)
  const counts = Object.entries(countsOf(report)).map(([verdict, count]) => `${count} ${verdict}`)
  return [
    `This gateway and the stock @apollo/gateway, on ${supergraph} and the same services.`,
    'Only queries were asked, which may be repeated. Calls are requests to services, as counted by a proxy before each service.',
    ...notes,
    '',
    ...aligned([['operation', 'verdict', 'calls here / stock', ''], ...rows]),
    '',
    ...details,
    `${counts.join(', ') || 'No operations'}.`,
  ].join('\n')
}

function detailsOf({ name, file, verdict, text, differences }: Compared): readonly string[] {
  // Shows the text, so that the user can supply its variables.
  if (verdict === 'not asked' && text !== undefined) return [`${name} (recorded)`, `  ${text}`, '']
  if (differences.length === 0) return []
  // Shows one difference for each reason by design.
  const groups = Map.groupBy(differences, (one) => (one.reason === undefined ? one : `${one.part} ${one.reason}`))
  const told = [...groups.values()].flatMap(([{ part, at, ours, stock, reason } = NONE, ...others]) => [
    `  ${part}${at === '' ? '' : ` ${at}`}`,
    `    here   ${ours}`,
    `    stock  ${stock}`,
    ...(reason === undefined ? [] : [`    by design: ${reason}`]),
    ...(others.length === 0 ? [] : [`    and ${others.length} more like it`]),
  ])
  return [`${name}${file === undefined ? '' : ` (${file})`}`, ...told, '']
}

const NONE: Difference = { part: 'data', at: '', ours: '', stock: '' }

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
