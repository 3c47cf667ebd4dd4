/**
 * Groups the objects of a fetch by the entity they stand for, so that each entity is asked for once
 * and its answer reaches all of them.
 */
import type { DataPath, WrittenPlaces } from '../plan/paths.ts'
import type { Representation } from './representations.ts'
import type { Data } from './run.ts'

/** One of the paths of a fetch, with what later steps write to below it. */
export interface Place {
  readonly path: DataPath
  readonly below: WrittenPlaces | undefined
}

/** Objects at one place. */
export interface Group {
  readonly place: Place
  readonly targets: Data[]
}

/** Objects that share one text (a representation, a context), place by place. */
export type Sharing = Group[]

/** By the text they share. */
export type Wanted = Map<string, Sharing>

export function want(wanted: Wanted, text: string, target: Data, place: Place): void {
  const sharing = wanted.get(text)
  const last = sharing?.at(-1)
  if (!sharing) wanted.set(text, [{ place, targets: [target] }])
  else if (last?.place === place) last.targets.push(target)
  else sharing.push({ place, targets: [target] })
}

/**
 * Groups objects by representation.
 * @param left takes the objects that lack an input
 */
export function groupByRepresentation(
  { write }: Representation,
  groups: Sharing,
  left: (target: Data, place: Place) => void,
): Wanted {
  const wanted: Wanted = new Map()
  for (const { place, targets } of groups) {
    for (const target of targets) {
      const text = write(target)
      if (typeof text === 'string') want(wanted, text, target, place)
      else left(target, place)
    }
  }
  return wanted
}
