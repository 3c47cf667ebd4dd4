/**
 * The places in the data that later steps write to, known before the first run: only what is there
 * is copied.
 */
import type { DataPath, WrittenPlaces } from '../plan/paths.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import type { Data, Run } from './run.ts'

export interface FetchSurroundings {
  /** Where the objects are that the fetch adds to. */
  readonly paths: readonly DataPath[]
  /** What the whole plan writes to, from the root. */
  readonly places: WrittenPlaces
  readonly types: TypeRelations
}

/** The root alone. */
export const noPlaces = (): WrittenPlaces => ({ index: 0, children: new Map() })

export function addPlace(root: WrittenPlaces, path: DataPath): void {
  let current = root
  for (const segment of path) {
    let next = current.children.get(segment)
    if (!next) {
      next = { index: countPlaces(root), children: new Map() }
      current.children.set(segment, next)
    }
    current = next
  }
}

function countPlaces({ children }: WrittenPlaces): number {
  let count = 1
  for (const child of children.values()) count += countPlaces(child)
  return count
}

/** What is written to below a path; `undefined` where nothing is. */
export function placesAt(places: WrittenPlaces, path: DataPath): WrittenPlaces | undefined {
  let current: WrittenPlaces | undefined = places
  for (const segment of path) current = current?.children.get(segment)
  return current
}

/** The objects of a place, none twice. */
export const objectsAt = ({ placed }: Pick<Run, 'placed'>, place: WrittenPlaces | undefined): Data[] =>
  (place && placed[place.index]) ?? []
