/** Judges changes by use: a breaking change fails if it affects anybody. Pure. */
import { type Change, isReached, type Reach } from '../changes/change.ts'
import type { Use } from './use.ts'

/**
 * Who is affected by a change: `place` and `requests` are those of the changed element, if known.
 */
export type Feeler = Pick<Use, 'operation' | 'client' | 'version' | 'variant' | 'requests' | 'first' | 'last' | 'place'>

/**
 * `fails`: breaks somebody; `accepted`: breaks somebody, as intended; `noted`: needs a look;
 * `passes`: harms nobody.
 */
export type Verdict = 'fails' | 'accepted' | 'noted' | 'passes'

export interface Finding extends Change {
  readonly verdict: Verdict
  readonly feelers: readonly Feeler[]
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
  const feelers =
    change.level === 'safe' ? [] : uses.filter((use) => feels(use, change)).map((use) => feelerIn(use, change.reach))
  const isFelt = feelers.length > 0 || (change.dependents ?? []).length > 0
  const verdict = change.level === 'safe' ? 'passes' : change.level === 'breaking' && isFelt ? 'fails' : 'noted'
  return { ...change, feelers, verdict }
}

export function feels({ uses, omits, isValid }: Use, { reach, isSeenByValidation }: Change): boolean {
  if (isSeenByValidation && isValid) return false
  return isReached(reach, {
    uses: (coordinate) => uses.has(coordinate),
    alwaysUses: (coordinate) => uses.has(coordinate) && !omits?.has(coordinate),
  })
}

function feelerIn(use: Use, { anyOf = [], allOf = [], unless = [] }: Reach): Feeler {
  const feeler = feelerOf(use, [...anyOf, ...allOf])
  const others = Math.max(0, ...unless.map((coordinate) => use.given?.get(coordinate) ?? 0))
  return feeler.requests === undefined ? feeler : { ...feeler, requests: feeler.requests - others }
}

/** @param coordinates of the change: the first one that it uses gives the place */
export function feelerOf({ uses, given, ...use }: Use, coordinates: readonly string[]): Feeler {
  const { operation, client, version, variant, first, last } = use
  const used = coordinates.filter((coordinate) => uses.has(coordinate))
  const counts = used.map((coordinate) => given?.get(coordinate) ?? use.requests ?? 0)
  const requests = use.requests === undefined || used.length === 0 ? use.requests : Math.max(...counts)
  const place = uses.get(used[0] ?? '') ?? use.place
  return { operation, client, version, variant, requests, first, last, place }
}
