/** Paths to the objects that a plan adds to. */
import { PlanShapeError } from './shape-error.ts'

/**
 * Internal names from the root, without the `@` that marks a list: lists are traversed anywhere.
 */
export type DataPath = readonly string[]

/** @throws PlanShapeError for a path with type conditions */
export function dataPath(path: readonly (string | number)[]): DataPath {
  return path.flatMap((segment) => {
    if (segment === '@') return []
    if (typeof segment === 'string' && /^\w+$/.test(segment)) return segment
    throw new PlanShapeError(`the path segment ${JSON.stringify(segment)}`)
  })
}
