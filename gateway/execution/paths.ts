/** The places in the data that a plan adds to: found by plain loops, and known beforehand so that only they are copied. */
import { PlanShapeError } from './plan-shape-error.ts'
import { type Data, isData } from './run.ts'

/** Internal names from the root, without the `@` that marks a list: lists are passed through wherever they are. */
export type DataPath = readonly string[]

/** @throws PlanShapeError for a path that speaks of types */
export function dataPath(path: readonly (string | number)[]): DataPath {
  return path.flatMap((segment) => {
    if (segment === '@') return []
    if (typeof segment === 'string' && /^\w+$/.test(segment)) return segment
    throw new PlanShapeError(`the path segment ${JSON.stringify(segment)}`)
  })
}

/** Objects at a path, in order, repeated where they are met again. */
export function objectsAt(root: Data, path: DataPath): Data[] {
  const found: Data[] = []
  const walk = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, depth)
    } else if (isData(value)) {
      const segment = path[depth]
      if (segment === undefined) found.push(value)
      else walk(value[segment], depth + 1)
    }
  }
  walk(root, 0)
  return found
}

/** The objects that later steps write to, as a tree of names. */
export interface WrittenPlaces {
  readonly children: Map<string, WrittenPlaces>
}

export const noPlaces = (): WrittenPlaces => ({ children: new Map() })

export function addPlace(places: WrittenPlaces, path: DataPath): void {
  let current = places
  for (const segment of path) {
    let next = current.children.get(segment)
    if (!next) {
      next = noPlaces()
      current.children.set(segment, next)
    }
    current = next
  }
}

/** What is written to below a path; `undefined` where nothing is. */
export function placesAt(places: WrittenPlaces, path: DataPath): WrittenPlaces | undefined {
  let current: WrittenPlaces | undefined = places
  for (const segment of path) current = current?.children.get(segment)
  return current
}
