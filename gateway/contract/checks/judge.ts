/** Judges changes by use: whoever feels a breaking change makes it fail. Pure. */
import type { Place } from '../../composition/remark.ts'
import { type Change, isReached } from '../changes/change.ts'
import type { Use } from './use.ts'

/** Who feels a change. */
export interface Feeler {
  readonly operation: string | undefined
  readonly client?: string | undefined
  readonly version?: string | undefined
  /** The contract variant by whose path it comes. */
  readonly variant?: string | undefined
  readonly requests?: number
  readonly last?: string
  /** In the operation, where it uses what changed. */
  readonly place?: Place | undefined
}

/**
 * `fails`: breaks somebody; `accepted`: does, and is meant to; `noted`: to be looked at; `passes`:
 * harms nobody.
 */
export type Verdict = 'fails' | 'accepted' | 'noted' | 'passes'

export interface Finding extends Change {
  readonly verdict: Verdict
  readonly feelers: readonly Feeler[]
}

const GRAVITY = ['fails', 'breaking', 'dangerous', 'safe']

/** The gravest first. */
export const judge = (changes: readonly Change[], uses: readonly Use[]): readonly Finding[] =>
  byGravity(changes.map((change) => judgeOne(change, uses)))

/** Lets breaking changes of these coordinates pass. */
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
    change.level === 'safe' ? [] : uses.filter((use) => feels(use, change)).map((use) => feelerOf(use, change))
  const isFelt = feelers.length > 0 || (change.dependents ?? []).length > 0
  const verdict = change.level === 'safe' ? 'passes' : change.level === 'breaking' && isFelt ? 'fails' : 'noted'
  return { ...change, feelers, verdict }
}

export function feels({ uses, isValid }: Use, { reach, isSeenByValidation }: Change): boolean {
  if (isSeenByValidation && isValid) return false
  return isReached(reach, (coordinate) => uses.has(coordinate))
}

function feelerOf({ uses, isValid: _, kind: __, place, ...who }: Use, { reach }: Change): Feeler {
  const used = [...(reach.anyOf ?? []), ...(reach.allOf ?? [])].find((coordinate) => uses.has(coordinate))
  return { ...who, place: (used === undefined ? undefined : uses.get(used)) ?? place }
}
