/** The report as text, for a terminal. */
import { claimsOf, type Outcome, verdictOf } from './outcome.ts'

/** One experiment: what was measured, each claim, and what follows. */
export function sectionOf(outcome: Outcome): string {
  const { name, title, took, result } = outcome
  const lines = [`${name}: ${title} (${(took / 1000).toFixed(0)} s)`]
  if (!(result instanceof Error)) lines.push(...tableOf([result.measured.head, ...result.measured.rows]))
  lines.push(...claimsOf(outcome).map(({ says, holds, seen }) => `  ${holds ? '✓' : '✗'} ${says}\n    ${seen}`))
  return `${lines.join('\n')}\n`
}

/** One line for each experiment, and the verdict. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const claims = claimsOf(outcome)
    const held = claims.filter((claim) => claim.holds).length
    const { stateless = '', stateful = '' } = outcome.result instanceof Error ? {} : outcome.result.atAGlance
    return [held === claims.length ? '✓' : '✗', outcome.name, `${held}/${claims.length}`, stateless, stateful]
  })
  return `${tableOf([['', '', 'claims', 'stateless', 'stateful'], ...rows]).join('\n')}\n\n${verdictOf(outcomes)}.`
}

function tableOf(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
}
