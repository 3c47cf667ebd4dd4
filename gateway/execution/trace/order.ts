/** Finds the fetches that each fetch of a plan waits for. */
import type { Step } from '../plan/step.ts'

const NONE: readonly number[] = []

/** Direct predecessors only. */
export function fetchesBefore(step: Step | undefined): (fetch: number) => readonly number[] {
  const before = new Map<number, readonly number[]>()
  /** Returns the fetches that end the step. */
  const visit = (each: Step, earlier: readonly number[]): readonly number[] => {
    if (each.kind === 'fetch') {
      before.set(each.index, earlier)
      return [each.index]
    }
    if (each.steps.length === 0) return earlier
    if (each.kind === 'sequence') return each.steps.reduce((last, next) => visit(next, last), earlier)
    return each.steps.flatMap((beside) => visit(beside, earlier))
  }
  if (step) visit(step, NONE)
  return (fetch) => before.get(fetch) ?? NONE
}
