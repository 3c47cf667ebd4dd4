/**
 * Prints the table: attack, status, how long it took, and how long an innocent caller waited
 * meanwhile.
 */

export interface Row {
  readonly attack: string
  readonly status: string
  readonly held: boolean
  /** Milliseconds. */
  readonly took: number
  /** The innocent caller's longest wait, in milliseconds. */
  readonly delay: number
  /** The innocent caller's questions that were answered with an error. */
  readonly failed: number
}

/** A delay of the innocent caller that counts as harm, in milliseconds above an idle run. */
const HARM = 50

const cells = (row: Row, idle: number): readonly string[] => [
  row.attack,
  row.status,
  row.held ? 'held' : 'BROKEN',
  row.took.toFixed(0),
  `${row.delay.toFixed(0)}${row.delay > idle + HARM ? ' !' : ''}`,
  row.failed === 0 ? '' : String(row.failed),
]

const HEAD = ['attack', 'status', '', 'ms', 'innocent waited, ms', 'innocent failed']

export const tableHead = (): string => `| ${HEAD.join(' | ')} |\n|${HEAD.map(() => '---').join('|')}|`

/** @param idle the innocent caller's longest wait while nothing happened */
export const tableRow = (row: Row, idle: number): string => `| ${cells(row, idle).join(' | ')} |`

/** One line at the end. */
export function verdictOf(rows: readonly Row[], idle: number): string {
  const broken = rows.filter(({ held }) => !held).length
  const harmed = rows.filter(({ delay }) => delay > idle + HARM).length
  return `${rows.length} attacks: ${broken} broke something; the innocent caller was harmed by ${harmed} (idle: ${idle.toFixed(0)} ms, bound: ${HARM} ms above).`
}
