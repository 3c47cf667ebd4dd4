/** Prints the outcomes of the contracts as text or JSON. */
import type { Outcome } from './replay/replay.ts'

const MOST = 5 // problems of one contract with one party that are shown

export const isBroken = (outcomes: readonly Outcome[]): boolean => outcomes.some(({ problems }) => problems.length > 0)

export function textOf(outcomes: readonly Outcome[]): string {
  const files = Map.groupBy(outcomes, ({ contract }) => contract.file)
  const lines = [...files].flatMap(([file, ofFile]) => {
    const [first] = ofFile
    return first ? [`${titleOf(first)}  ${file}`, ...ofFile.flatMap(linesOf), ''] : []
  })
  const broken = outcomes.filter(({ problems }) => problems.length > 0)
  const verdicts = [...Map.groupBy(broken, ({ party }) => party)].map(
    ([party, ofParty]) => `${party} breaks ${ofParty.map(titleOf).join(', ')}`,
  )
  const summary = verdicts.length > 0 ? verdicts : [`All ${files.size} contracts hold.`]
  return [...lines, ...summary].join('\n')
}

const titleOf = ({ contract: { client, version, operationName } }: Outcome): string =>
  `${client}${version === undefined ? '' : ` ${version}`}: ${operationName}`

function linesOf({ party, problems }: Outcome): readonly string[] {
  if (problems.length === 0) return [`  ${party.padEnd(10)} holds`]
  const left = problems.length - MOST
  return [
    `  ${party.padEnd(10)} BROKEN`,
    ...problems.slice(0, MOST).map((problem) => `    ${problem}`),
    ...(left > 0 ? [`    and ${left} more`] : []),
  ]
}

export const jsonOf = (outcomes: readonly Outcome[]): string =>
  JSON.stringify(
    outcomes.map(({ contract: { client, version, operationName, file }, party, problems }) => ({
      client,
      version,
      operation: operationName,
      file,
      party,
      holds: problems.length === 0,
      problems,
    })),
    undefined,
    2,
  )
