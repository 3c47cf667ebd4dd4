/** The report as workflow commands of GitHub Actions, which show it at the lines of a change. */
import type { Place } from '../../composition/remark.ts'
import type { Report } from '../checks/check.ts'
import { showAffected, showVerdict } from './words.ts'

type Command = 'error' | 'warning' | 'notice'

export function annotationsOf({ findings, faults, hints, deprecated }: Report): string {
  return [
    ...faults.map(({ message, place, code }) => annotation('error', code, message, place)),
    ...findings.flatMap((finding) => {
      const { verdict, level, code, message, place, affected, dependents = [] } = finding
      if (verdict === 'passes') return []
      const who = [...dependents.map(({ service }) => `service ${service}`), ...affected.map(showAffected)]
      const text = [`${message}: ${showVerdict(finding)}`, ...who].join('\n')
      const command = verdict === 'fails' ? 'error' : 'warning'
      const atUse = verdict === 'fails' ? affected.filter((one) => one.place !== undefined) : []
      return [
        annotation(command, `${level}: ${code}`, text, place),
        ...atUse.map((one) => annotation('error', `${level}: ${code}`, message, one.place)),
      ]
    }),
    ...hints
      .filter(({ level }) => level === 'warning')
      .map(({ code, message, places }) => annotation('notice', code, message, places[0])),
    ...deprecated
      .filter(({ askers }) => askers.length > 0)
      .map(({ coordinate, askers, place }) =>
        annotation(
          'notice',
          'deprecated',
          `${coordinate} is still asked for by ${askers.map(showAffected).join(', ')}`,
          place,
        ),
      ),
  ].join('\n')
}

function annotation(command: Command, title: string, message: string, place: Place | undefined): string {
  const where = place ? [`file=${property(place.file)}`, `line=${place.line}`, `col=${place.column}`] : []
  return `::${command} ${[...where, `title=${property(title)}`].join(',')}::${data(message)}`
}

const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
