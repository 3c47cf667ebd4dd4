/**
 * The places in the data that later steps write to, known before the first run: only what is there
 * is copied. Where a single fetch gives the objects of a place, those that look alike are one
 * object with several parents: whatever is written to one would be written to all of them.
 */
import type { DataPath, WrittenPlaces } from '../plan/paths.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type FetchedFields, fieldBelow } from './fetched-fields.ts'
import type { Data, Run } from './run.ts'

export interface FetchSurroundings {
  /** Where the objects are that the fetch adds to. */
  readonly paths: readonly DataPath[]
  /** What the whole plan writes to, from the root. */
  readonly places: WrittenPlaces
  readonly types: TypeRelations
}

/** The root alone. */
export const noPlaces = (): WrittenPlaces => ({ index: 0, children: new Map(), shared: false })

export function addPlace(root: WrittenPlaces, path: DataPath): void {
  let current = root
  for (const segment of path) {
    let next = current.children.get(segment)
    if (!next) {
      next = { index: countPlaces(root), children: new Map(), shared: false }
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

/** What one fetch gives the objects at a path. */
export interface Given {
  readonly path: DataPath
  readonly fields: FetchedFields
}

/**
 * Marks the places whose objects come from one fetch alone: a second one could tell objects apart
 * that looked alike to the first.
 */
export function markShared(places: WrittenPlaces, all: readonly Given[]): void {
  const givers = new Map<WrittenPlaces, number>()
  for (const { path, fields } of all) {
    const given = new Set<WrittenPlaces>()
    collectGiven(placesAt(places, path), fields, given)
    for (const place of given) givers.set(place, (givers.get(place) ?? 0) + 1)
  }
  for (const [place, count] of givers) place.shared = count === 1
}

function collectGiven(places: WrittenPlaces | undefined, fields: FetchedFields, given: Set<WrittenPlaces>): void {
  for (const [name, below] of places?.children ?? []) {
    const children = fieldBelow(fields, name)
    if (children.length === 0) continue
    given.add(below)
    collectGiven(below, children, given)
  }
}
