/**
 * Brings a service's answer into the data. One entity of it may go to several places: what a later
 * step writes to is copied, the rest is taken as it is. A writable object has one parent. Merging
 * the same answer twice changes nothing.
 */
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure } from '../answer/failure.ts'
import type { WrittenPlaces } from '../plan/paths.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type FetchedFields, fieldBelow, withLost } from './fetched-fields.ts'
import { type Data, isData, type Run } from './run.ts'

/** The value, with the objects that later steps write to copied. */
function adopt(value: unknown, place: WrittenPlaces | undefined, placed: Run['placed']): unknown {
  if (!place) return value
  if (Array.isArray(value)) return value.map((item) => adopt(item, place, placed))
  if (!isData(value) || value instanceof Failure) return value
  const copy: Data = { ...value }
  const objects = placed[place.index]
  if (objects) objects.push(copy)
  else placed[place.index] = [copy]
  for (const [name, below] of place.children) {
    const child = own(copy, name)
    if (typeof child === 'object' && child !== null) copy[name] = adopt(child, below, placed)
  }
  return copy
}

/**
 * Adds what `source` knows to `target`, which must be writable.
 * @param fields what was asked for, so that a failure can spread to just that
 * @param placed takes the objects that later steps write to
 */
export function mergeInto(
  target: Data,
  source: Readonly<Data>,
  places: WrittenPlaces | undefined,
  fields: FetchedFields,
  types: TypeRelations,
  placed: Run['placed'],
): void {
  for (const name in source) {
    const value = source[name]
    const met = target[name]
    const known = met === undefined || Object.hasOwn(target, name) ? met : undefined
    if (name === '__proto__') {
      // No field has that name: it is a key inside a custom scalar, and belongs to nobody but its
      // value.
    } else if (known === undefined) {
      target[name] = adopt(value, places?.children.get(name), placed)
    } else if (name === '__typename') {
      // A concrete type is never replaced by the interface through which another service knows the
      // object.
      if (!types.isObjectType(known)) target[name] = value
    } else {
      target[name] = merged(known, value, places?.children.get(name), fieldBelow(fields, name), types, placed)
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
  placed: Run['placed'],
): unknown {
  if (value === null || value === undefined || value === known) return known
  if (value instanceof Failure) {
    return known === null || known === ABSENT ? value : withLost(known, fields, value, places, types)
  }
  if (typeof known !== 'object' || known === null || known instanceof Failure) return adopt(value, places, placed)
  // Without fields of their own both are leaves: the value of a custom scalar is one whole.
  if (fields.length === 0) return value
  if (Array.isArray(known)) {
    if (!Array.isArray(value) || value.length !== known.length) return adopt(value, places, placed)
    return known.map((item, index) => merged(item, value[index], places, fields, types, placed))
  }
  if (!isData(value)) return known
  // An object that later steps write to is writable already; any other may belong to another
  // request.
  const target = places ? (known as Data) : { ...(known as Data) }
  mergeInto(target, value, places, fields, types, placed)
  return target
}
