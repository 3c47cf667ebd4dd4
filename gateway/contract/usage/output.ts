/** The report of use as text. */
import { several, showAffected, showClient } from '../output/words.ts'
import type { Unused, UsageReport } from './report.ts'

const INDENT = '  '

export function textOf(report: UsageReport): string {
  const { first, last, requests, clients, unused, deprecated, removals } = report
  if (removals.length > 0) return removals.map(textOfRemoval).join('\n\n')
  const names = clients.map(({ client, version }) => showClient(client, version))
  const width = Math.max(...names.map((name) => name.length))
  return [
    [`${several(requests, 'request')} from ${first} to ${last} (UTC).`],
    [
      'Clients, each with its oldest version first:',
      ...clients.map(
        (one, at) =>
          `${INDENT}${(names[at] ?? '').padEnd(width)}  ${several(one.requests, 'request')}, ${several(one.operations, 'operation')}, ${one.first} to ${one.last}`,
      ),
    ],
    [
      'Deprecated:',
      ...deprecated.flatMap(({ coordinate, reason, askers }) => [
        `${INDENT}${coordinate}: ${reason}`,
        ...(askers.length === 0 ? ['nobody asked for it'] : askers.map(showAffected)).map(
          (line) => INDENT + INDENT + line,
        ),
      ]),
    ],
    ['Nobody asked for:', ...textOfUnused(unused).map((line) => INDENT + line)],
  ]
    .filter(([, ...lines], at) => at === 0 || lines.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

/** Wholly unused types share a line. */
function textOfUnused(unused: readonly Unused[]): readonly string[] {
  const whole = unused.filter(({ isWhole }) => isWhole).map(({ type }) => type)
  const parts = unused.filter(({ isWhole }) => !isWhole).map(textOfPart)
  return whole.length === 0 ? parts : [...parts, `anything of ${whole.join(', ')}`]
}

/** For example `Query: loan, loans`. */
function textOfPart({ type, members }: Unused): string {
  const own = members.map((member) => member.slice(type.length + 1))
  const fields = own.filter((name) => !name.includes('('))
  // Arguments of an unused field need no mention.
  const shown = own.filter((name) => !fields.includes(name.replace(/\(.*/, '')) || fields.includes(name))
  return `${type}: ${shown.join(', ')}`
}

function textOfRemoval({ coordinate, affected }: UsageReport['removals'][number]): string {
  if (affected.length === 0) return `Removing ${coordinate} breaks no known client.`
  return [`Removing ${coordinate} breaks:`, ...affected.map((one) => `${INDENT}${showAffected(one)}`)].join('\n')
}
