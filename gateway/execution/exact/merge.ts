/**
 * Brings a service's answer into the data. Answers are shared between requests and never changed:
 * what a later step writes to is copied, the rest is taken as it is. A writable object has several
 * parents only where `places.ts` says that one may stand for all its likes. Merging the same answer
 * twice changes nothing.
 */
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure } from '../answer/failure.ts'
import type { WrittenPlaces } from '../plan/paths.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type FetchedFields, fieldBelow, withLost } from './fetched-fields.ts'
import { type Data, isData, type Run } from './run.ts'

/** Where an answer's objects go that later steps write to. */
interface Adoption {
  readonly placed: Run['placed']
  /** For each place the copies of the answer's objects, where one stands for all its likes. */
  readonly copies: (Map<object, Data> | undefined)[]
}

/** One for each answer. */
export const adoptInto = ({ placed }: Pick<Run, 'placed'>): Adoption => ({ placed, copies: [] })

/** The value, with the objects that later steps write to copied. */
function adopt(value: unknown, place: WrittenPlaces | undefined, adoption: Adoption): unknown {
  if (!place) return value
  if (Array.isArray(value)) return value.map((item) => adopt(item, place, adoption))
  if (!isData(value) || value instanceof Failure) return value
  if (!place.shared) return copyOf(value, place, adoption)
  const { copies } = adoption
  let ofPlace = copies[place.index]
  if (!ofPlace) {
    ofPlace = new Map()
    copies[place.index] = ofPlace
  }
  let copy = ofPlace.get(value)
  if (!copy) {
    copy = copyOf(value, place, adoption)
    ofPlace.set(value, copy)
  }
  return copy
}

function copyOf(value: Readonly<Data>, { index, children }: WrittenPlaces, adoption: Adoption): Data {
  const copy: Data = { ...value }
  const { placed } = adoption
  const objects = placed[index]
  if (objects) objects.push(copy)
  else placed[index] = [copy]
  for (const [name, below] of children) {
    const child = own(copy, name)
    if (typeof child === 'object' && child !== null) copy[name] = adopt(child, below, adoption)
  }
  return copy
}

/**
 * Adds what `source` knows to `target`, which must be writable.
 * @param fields what was asked for, so that a failure can spread to just that
 * @param adoption the same for all that one answer gives
 */
export function mergeInto(
  target: Data,
  source: Readonly<Data>,
  places: WrittenPlaces | undefined,
  fields: FetchedFields,
  types: TypeRelations,
  adoption: Adoption,
): void {
  for (const name in source) {
    const value = source[name]
    const met = target[name]
    const known = met === undefined || Object.hasOwn(target, name) ? met : undefined
    if (name === '__proto__') {
      // No field has that name: it is a key inside a custom scalar, and belongs to nobody but its
      // value.
    } else if (known === undefined) {
      target[name] = adopt(value, places?.children.get(name), adoption)
    } else if (name === '__typename') {
      // A concrete type is never replaced by the interface through which another service knows the
      // object.
      if (!types.isObjectType(known)) target[name] = value
    } else {
      target[name] = merged(known, value, places?.children.get(name), fieldBelow(fields, name), types, adoption)
    }
  }
}

/** What two answers say together of one field. */
function merged(
  known: unknown,
  value: unknown,
  places: WrittenPlaces | undefined,
  fields: FetchedFields,
  types: TypeRelations,
  adoption: Adoption,
): unknown {
  if (value === null || value === undefined || value === known) return known
  if (value instanceof Failure) {
    return known === null || known === ABSENT ? value : withLost(known, fields, value, places, types)
  }
  if (typeof known !== 'object' || known === null || known instanceof Failure) return adopt(value, places, adoption)
  // Without fields of their own both are leaves: the value of a custom scalar is one whole.
  if (fields.length === 0) return value
  if (Array.isArray(known)) {
    if (!Array.isArray(value) || value.length !== known.length) return adopt(value, places, adoption)
    return known.map((item, index) => merged(item, value[index], places, fields, types, adoption))
  }
  if (!isData(value)) return known
  // An object that later steps write to is writable already; any other may belong to another
  // request.
  const target = places ? (known as Data) : { ...(known as Data) }
  mergeInto(target, value, places, fields, types, adoption)
  return target
}
