/**
 * Which answers must have arrived before a fetch can find its objects. Objects of several fetches
 * are stored with the first of these, which may be in another branch of the plan than the fetch
 * that needs them.
 */
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Step } from '../plan/step.ts'
import type { Overlap, Shape } from './model.ts'

const NONE: readonly number[] = []

/** Returns the fetches that a fetch must wait for, besides those that precede it in the plan. */
export function waitsIn(plan: PreparedPlan, overlaps: readonly Overlap[]) {
  const earlier = earlierFetches(plan)
  /** @param used shapes of the objects that it needs */
  return (index: number, used: Iterable<Shape>): readonly number[] => {
    // It cannot wait for later ones: they may wait for it.
    const waits = fetchesOf(used, overlaps).filter((each) => each < index && !earlier.get(index)?.has(each))
    return waits.length > 0 ? waits : NONE
  }
}

/** The fetches that must have answered before the two fields' objects can be joined. */
export const neededToJoin = (overlap: Overlap, overlaps: readonly Overlap[]): readonly number[] =>
  fetchesOf(joined(overlap), overlaps)

const joined = ({ parent, first, second }: Overlap): Shape[] => [parent.first, first.source.shape, second.source.shape]

/** The fetches that objects of some shapes depend on, for their existence or their identity. */
function fetchesOf(shapes: Iterable<Shape>, overlaps: readonly Overlap[]): number[] {
  const needed = new Set(shapes)
  for (const shape of needed)
    for (const overlap of overlaps)
      if (overlap.second.field.child === shape) for (const each of joined(overlap)) needed.add(each)
  return [...new Set(Array.from(needed, ({ fetch }) => fetch))].filter((fetch) => fetch >= 0)
}

/** For each fetch, those that precede it in the plan. */
function earlierFetches({ steps, events }: PreparedPlan): ReadonlyMap<number, ReadonlySet<number>> {
  const earlier = new Map<number, ReadonlySet<number>>()
  /** Returns the fetches that have ended when the step has. */
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
