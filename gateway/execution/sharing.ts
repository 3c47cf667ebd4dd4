/** Groups the objects of a fetch by the entity they stand for, so that each entity is asked for once and its answer reaches all of them. */
import { Failure } from './failure.ts'
import type { DataPath } from './paths.ts'
import type { WrittenPlaces } from './places.ts'
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

export function addTo(sharing: Sharing, target: Data, place: Place): void {
  const last = sharing.at(-1)
  if (last?.place === place) last.targets.push(target)
  else sharing.push({ place, targets: [target] })
}

export function want(wanted: Wanted, text: string, target: Data, place: Place): Sharing {
  let sharing = wanted.get(text)
  if (!sharing) {
    sharing = []
    wanted.set(text, sharing)
  }
  addTo(sharing, target, place)
  return sharing
}

/** Objects by the values of their inputs, one level of the tree for each input. */
interface Inputs {
  readonly next: Map<unknown, Inputs>
  sharing: Sharing | undefined
}

/**
 * Groups objects by representation. Most are repetitions, told by the values of their inputs: only the first of each is written as text.
 * @param left takes the objects that lack an input
 */
export function groupByRepresentation(
  { write, plainInputs }: Representation,
  groups: Sharing,
  left: (target: Data, place: Place) => void,
): Wanted {
  const wanted: Wanted = new Map()
  const byType = new Map<unknown, Inputs>()
  for (const { place, targets } of groups) {
    for (const target of targets) {
      const met = metBefore(target, plainInputs(target['__typename']), byType)
      if (met?.sharing) {
        addTo(met.sharing, target, place)
        continue
      }
      const text = write(target)
      if (text === undefined || text instanceof Failure) left(target, place)
      else {
        const sharing = want(wanted, text, target, place)
        if (met) met.sharing = sharing
      }
    }
  }
  return wanted
}

/** The place of an object among those of its type; `undefined` where one of its inputs is not a plain value. */
function metBefore(
  target: Data,
  inputs: readonly string[] | undefined,
  byType: Map<unknown, Inputs>,
): Inputs | undefined {
  if (!inputs) return undefined
  let current = below(byType, target['__typename'])
  for (const name of inputs) {
    const value = target[name]
    if (typeof value === 'object' ? value !== null : value === undefined) return undefined
    current = below(current.next, value)
  }
  return current
}

function below(level: Map<unknown, Inputs>, value: unknown): Inputs {
  let inputs = level.get(value)
  if (!inputs) {
    inputs = { next: new Map(), sharing: undefined }
    level.set(value, inputs)
  }
  return inputs
}
