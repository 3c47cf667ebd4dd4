/** The report as Markdown, for a comment on a change. */
import type { Report } from '../checks/check.ts'
import type { Affected } from '../checks/judge.ts'
import { counts, shorten, showAffected, showLine, showVerdict, summary } from './words.ts'

export function markdownOf(report: Report): string {
  const { base, findings, faults, hints, deprecated } = report
  const warnings = hints.filter(({ level }) => level === 'warning')
  return [
    `### ${report.holds ? 'The contract holds' : 'The contract is broken'}`,
    `Compared with ${base}: ${counts(findings) || 'no change'}. ${report.holds ? '' : summary(report)}`.trim(),
    ...table(
      ['fault', 'where'],
      faults.map(({ message, place }) => [message, showLine(place)]),
    ),
    ...table(
      ['class', 'change', 'where', 'verdict', 'who is affected'],
      findings.map((finding) => [
        finding.level,
        finding.message,
        showLine(finding.place),
        showVerdict(finding),
        [
          ...(finding.dependents ?? []).map(({ service, place }) => `service ${service} (${showLine(place)})`),
          ...finding.affected.map(affectedCell),
        ].join('<br>'),
      ]),
    ),
    ...table(
      ['deprecated', 'reason', 'who still asks'],
      deprecated.map(({ coordinate, reason, askers }) => [
        `\`${coordinate}\``,
        reason,
        askers.map(affectedCell).join('<br>') || 'no known client',
      ]),
    ),
    ...table(
      ['hint', 'where'],
      warnings.map(({ message, places }) => [shorten(message), places.map(showLine).join('<br>')]),
    ),
  ].join('\n\n')
}

/** Clients choose their names, which must be no markup, link or mention. */
const affectedCell = (one: Affected): string =>
  showAffected(one)
    .replace(/[\\`*_[\]<>&#~!]/g, '\\$&')
    .replaceAll('@', '@\u200b')

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.map(cellOf).join(' | ')} |`
  return [[line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')]
}

const cellOf = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')
