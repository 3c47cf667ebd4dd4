/** Judges changes by use: a breaking change fails if it affects anybody. Pure. */
import { type Change, isReached, type Reach } from '../changes/change.ts'
import type { Use } from './use.ts'

/**
 * Who is affected by a change: `place` and `requests` are those of the changed element, if known.
 */
export type Affected = Pick<
  Use,
  'operation' | 'client' | 'version' | 'variant' | 'requests' | 'first' | 'last' | 'place'
>

/**
 * `fails`: breaks somebody; `accepted`: breaks somebody, as intended; `noted`: needs a look;
 * `passes`: harms nobody.
 */
export type Verdict = 'fails' | 'accepted' | 'noted' | 'passes'

export interface Finding extends Change {
  readonly verdict: Verdict
  readonly affected: readonly Affected[]
}

const GRAVITY = ['fails', 'breaking', 'dangerous', 'safe']

/** The most serious first. */
export const judge = (changes: readonly Change[], uses: readonly Use[]): readonly Finding[] =>
  byGravity(changes.map((change) => judgeOne(change, uses)))

/** Accepts breaking changes of these coordinates. */
export const acceptAt =
  (coordinates: readonly string[]) =>
  (finding: Finding): Finding =>
    finding.verdict === 'fails' && coordinates.includes(finding.coordinate)
      ? { ...finding, verdict: 'accepted' }
      : finding

export const byGravity = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((one, other) => gravityOf(one) - gravityOf(other))

const gravityOf = ({ verdict, level }: Finding): number => GRAVITY.indexOf(verdict === 'fails' ? verdict : level)

function judgeOne(change: Change, uses: readonly Use[]): Finding {
  const affected =
    change.level === 'safe'
      ? []
      : uses.filter((use) => isAffected(use, change)).map((use) => affectedIn(use, change.reach))
  const affectsAny = affected.length > 0 || (change.dependents ?? []).length > 0
  const verdict = change.level === 'safe' ? 'passes' : change.level === 'breaking' && affectsAny ? 'fails' : 'noted'
  return { ...change, affected, verdict }
}

export function isAffected({ uses, omits, isValid }: Use, { reach, isSeenByValidation }: Change): boolean {
  if (isSeenByValidation && isValid) return false
  return isReached(reach, {
    uses: (coordinate) => uses.has(coordinate),
    alwaysUses: (coordinate) => uses.has(coordinate) && !omits?.has(coordinate),
  })
}

function affectedIn(use: Use, { anyOf = [], allOf = [], unless = [] }: Reach): Affected {
  const one = affectedOf(use, [...anyOf, ...allOf])
  const others = Math.max(0, ...unless.map((coordinate) => use.given?.get(coordinate) ?? 0))
  return one.requests === undefined ? one : { ...one, requests: one.requests - others }
}

/** @param coordinates of the change: the first one that it uses gives the place */
export function affectedOf({ uses, given, ...use }: Use, coordinates: readonly string[]): Affected {
  const { operation, client, version, variant, first, last } = use
  const used = coordinates.filter((coordinate) => uses.has(coordinate))
  const counts = used.map((coordinate) => given?.get(coordinate) ?? use.requests ?? 0)
  const requests = use.requests === undefined || used.length === 0 ? use.requests : Math.max(...counts)
  const place = uses.get(used[0] ?? '') ?? use.place
  return { operation, client, version, variant, requests, first, last, place }
}
