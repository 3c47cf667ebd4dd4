/** Limits that refuse nothing, and report what they would have refused. */
import { type BoundName, type LimitName, type Limits, limitOf } from './limits.ts'
import type { ReportLimit } from './report.ts'

export interface Measuring {
  /** The measured limits; any other is `Infinity`. */
  readonly limits: Limits
  readonly names: ReadonlySet<BoundName>
  readonly report: ReportLimit
}

/** The limit that work would exceed. Rethrows whatever is about no limit. */
export function exceededBy(work: () => void): BoundName | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    const limit = limitOf(error)
    if (limit === undefined) throw error
    return limit
  }
}

/** Every limit that a check finds exceeded; it stops at the first, so each is lifted in turn. */
export function allExceededBy(check: (limits: Limits) => void, limits: Limits): readonly BoundName[] {
  const found: BoundName[] = []
  let left = limits
  for (;;) {
    const limit = exceededBy(() => check(left))
    if (limit === undefined) return found
    found.push(limit)
    left = { ...left, [limit as LimitName]: Number.POSITIVE_INFINITY }
  }
}
