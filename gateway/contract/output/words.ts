/** Wording that all outputs share. */

import type { Place } from '../../composition/remark.ts'
import { ANONYMOUS, fitName, OTHER } from '../../figures/labels.ts'
import { UNKNOWN_VERSION } from '../../usage/records.ts'
import type { Report } from '../checks/check.ts'
import type { Affected, Finding, Verdict } from '../checks/judge.ts'

export const showLine = (place: Place | undefined): string => (place ? `${place.file}:${place.line}` : '')

/** For example `Overview of web 1.4.0 (1,204 requests, last on 2026-11-27)`. */
export function showAffected({ operation, client, version, variant, requests, last, place }: Affected): string {
  const who = client === undefined ? '' : ` of ${showClient(client, version)}`
  const by = variant === undefined ? '' : ` by ${variant}`
  const count = requests === undefined ? [] : [several(requests, 'request')]
  const when = last === undefined ? [] : [`last on ${last}`]
  const where = place ? [showLine(place)] : []
  const known = [...where, ...count, ...when].join(', ')
  return fitName(`${operation ?? 'an operation without a name'}${who}${by}${known === '' ? '' : ` (${known})`}`)
}

export const several = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

/** For example `web 1.4.0`. */
export function showClient(client: string, version: string | undefined): string {
  const name = client === ANONYMOUS ? 'clients without a name' : client === OTHER ? 'further clients' : client
  return fitName(version === undefined || version === UNKNOWN_VERSION ? name : `${name} ${version}`)
}

const noteOf: Readonly<Record<Verdict, string>> = {
  fails: 'breaks',
  accepted: 'breaks, and is accepted',
  noted: 'passes',
  passes: 'passes',
}

/** The verdict on a finding, in a few words. */
export function showVerdict({ verdict, level, affected, dependents = [] }: Finding): string {
  const count = affected.length + dependents.length
  if (verdict === 'noted' && level === 'breaking') return 'passes: no known client is affected'
  if (level === 'safe') return noteOf[verdict]
  return count === 0 ? noteOf[verdict] : `${noteOf[verdict]}: affects ${count}`
}

/** The last line. */
export function summary({ findings, faults, holds, base }: Report): string {
  const broken = findings.filter(({ verdict }) => verdict === 'fails').length
  if (holds)
    return findings.length === 0 ? 'The contract holds.' : `The contract holds (${counts(findings)} since ${base}).`
  const reasons = [
    ...(broken > 0 ? [`${broken} ${broken === 1 ? 'change breaks' : 'changes break'} somebody`] : []),
    ...(faults.length > 0 ? [`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`] : []),
  ]
  return `The contract is broken: ${reasons.join(' and ')}.`
}

export function counts(findings: readonly Finding[]): string {
  const parts = (['breaking', 'dangerous', 'safe'] as const).flatMap((level) => {
    const count = findings.filter((finding) => finding.level === level).length
    return count === 0 ? [] : [`${count} ${level}`]
  })
  return parts.join(', ')
}

const LONGEST = 240 // characters

/** The composer quotes whole descriptions. */
export const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)
