/** The report for a terminal. */
import type { Report } from '../checks/check.ts'
import { shorten, showAffected, showLine, showVerdict, summary } from './words.ts'

const LEVEL = 11 // columns

export function tableOf(report: Report): string {
  const { base, findings, faults, hints, deprecated, operations, recorded } = report
  const used =
    recorded === 0 ? 'no recorded use (--use)' : `recorded use of ${recorded} operations by client and version`
  const blocks = [
    [`Compared with ${base}; ${operations} written operations, ${used}.`],
    faults.map(({ code, message, place }) => row('fault', place ? `${showLine(place)}  ${message}` : message, code)),
    findings.flatMap((finding) => [
      row(finding.level, `${finding.message}`, finding.code),
      ...detail(`${showLine(finding.place)}${finding.place ? ': ' : ''}${showVerdict(finding)}`),
      ...(finding.dependents ?? []).flatMap(({ service, coordinate, place }) =>
        detail(`the service ${service} relies on it: ${coordinate} (${showLine(place)})`),
      ),
      ...finding.affected.flatMap((one) => detail(showAffected(one))),
    ]),
    hints
      .filter(({ level }) => level === 'warning')
      .map(({ code, message, places }) =>
        row('hint', `${places.map(showLine).join(', ')}  ${shorten(message)}`.trim(), code),
      ),
    deprecated.flatMap(({ coordinate, reason, place, askers }) => [
      row('deprecated', `\`${coordinate}\`: ${reason}`, showLine(place)),
      ...(askers.length === 0
        ? detail('no known client asks for it')
        : askers.flatMap((one) => detail(showAffected(one)))),
    ]),
    [summary(report)],
  ]
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

const row = (label: string, text: string, code: string): string =>
  `${label.padEnd(LEVEL)}${text}${code && `  [${code}]`}`
const detail = (text: string): readonly string[] => (text === '' ? [] : [`${' '.repeat(LEVEL)}${text}`])
