/** Finds the objects at a path, with the objects above them. */
import { own } from '../../../platform/data/own.ts'
import { Failure } from '../answer/failure.ts'
import type { DataPath } from '../plan/data-path.ts'
import { type Data, isData } from './data.ts'

/** An object with the objects above it, nearest first. */
export interface Place {
  readonly object: Data
  readonly above: Place | undefined
}

/** Lists are passed through: they are not objects. */
export function placesAt(root: Data, path: DataPath): readonly Place[] {
  const found: Place[] = []
  const walk = (value: unknown, above: Place | undefined, depth: number): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, above, depth)
    } else if (isData(value) && !(value instanceof Failure)) {
      const place = { object: value, above }
      const segment = path[depth]
      if (segment === undefined) found.push(place)
      else walk(own(value, segment), place, depth + 1)
    }
  }
  walk(root, undefined, 0)
  return found
}
