/**
 * Which answers must be there before objects can be found. Objects that several fetches give
 * together are kept as the first of these gave them, and that one may be in another branch of the
 * plan than the fetch that needs them.
 */
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Step } from '../plan/step.ts'
import type { Overlap, Shape } from './model.ts'

const NONE: readonly number[] = []

/** Gives the fetches that one has to wait for, beside those that the plan carries out before it. */
export function waitsIn(plan: PreparedPlan, overlaps: readonly Overlap[]) {
  const earlier = earlierFetches(plan)
  /** @param used what it needs objects of */
  return (index: number, used: Iterable<Shape>): readonly number[] => {
    // Later ones cannot be waited for: they may wait for this one.
    const waits = fetchesOf(used, overlaps).filter((each) => each < index && !earlier.get(index)?.has(each))
    return waits.length > 0 ? waits : NONE
  }
}

/** The fetches whose answers have to be there for objects of two to be joined. */
export const neededToJoin = (overlap: Overlap, overlaps: readonly Overlap[]): readonly number[] =>
  fetchesOf(joined(overlap), overlaps)

const joined = ({ parent, first, second }: Overlap): Shape[] => [parent.first, first.source.shape, second.source.shape]

/**
 * The fetches without which objects of some shapes are not known, or not as those that they are.
 */
function fetchesOf(shapes: Iterable<Shape>, overlaps: readonly Overlap[]): number[] {
  const needed = new Set(shapes)
  for (const shape of needed)
    for (const overlap of overlaps)
      if (overlap.second.field.child === shape) for (const each of joined(overlap)) needed.add(each)
  return [...new Set(Array.from(needed, ({ fetch }) => fetch))].filter((fetch) => fetch >= 0)
}

/** By fetch, those that the plan carries out before it. */
function earlierFetches({ steps, events }: PreparedPlan): ReadonlyMap<number, ReadonlySet<number>> {
  const earlier = new Map<number, ReadonlySet<number>>()
  /** Returns those that are carried out when the step is. */
  const visit = (step: Step, before: ReadonlySet<number>): ReadonlySet<number> => {
    if (step.kind === 'fetch') {
      earlier.set(step.index, before)
      return new Set([...before, step.index])
    }
    if (step.kind === 'sequence') return step.steps.reduce((done, each) => visit(each, done), before)
    return new Set(step.steps.flatMap((each) => [...visit(each, before)]))
  }
  if (steps) visit(steps, new Set(events && [events.index]))
  return earlier
}
