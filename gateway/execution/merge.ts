/**
 * Brings a service's answer into the data. Answers are shared between requests and never changed: what a later step writes to is copied, the
 * rest is taken as it is. No writable object has two parents, and merging the same answer twice changes nothing.
 */
import { Failure } from './failure.ts'
import { type FetchedFields, fieldBelow, withLost } from './fetched-fields.ts'
import type { WrittenPlaces } from './paths.ts'
import { type Data, isData } from './run.ts'
import type { TypeRelations } from './type-relations.ts'

/** The value, with the objects that later steps write to copied. */
export function adopt(value: unknown, places: WrittenPlaces | undefined): unknown {
  if (!places) return value
  if (Array.isArray(value)) return value.map((item) => adopt(item, places))
  if (!isData(value) || value instanceof Failure) return value
  const copy: Data = { ...value }
  for (const [name, below] of places.children) {
    const child = copy[name]
    if (typeof child === 'object' && child !== null) copy[name] = adopt(child, below)
  }
  return copy
}

/**
 * Adds what `source` knows to `target`, which must be writable.
 * @param fields what was asked for, so that a failure can spread to just that
 */
export function mergeInto(
  target: Data,
  source: Readonly<Data>,
  places: WrittenPlaces | undefined,
  fields: FetchedFields,
  types: TypeRelations,
): void {
  for (const name in source) {
    const value = source[name]
    const known = target[name]
    if (known === undefined) {
      const below = places?.children.get(name)
      target[name] = below ? adopt(value, below) : value
    } else if (name === '__typename') {
      // A concrete type is never replaced by the interface through which another service knows the object.
      if (!types.isObjectType(known)) target[name] = value
    } else if (name !== '__proto__') {
      // No field has that name: it is a key inside a custom scalar, and belongs to nobody but its value.
      target[name] = merged(known, value, places?.children.get(name), fieldBelow(fields, name), types)
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
): unknown {
  if (value === null || value === undefined || value === known) return known
  if (value instanceof Failure) return known === null ? value : withLost(known, fields, value, places, types)
  if (typeof known !== 'object' || known === null || known instanceof Failure) return adopt(value, places)
  // Without fields of their own both are leaves: the value of a custom scalar is one whole.
  if (fields.length === 0) return value
  if (Array.isArray(known)) {
    if (!Array.isArray(value) || value.length !== known.length) return adopt(value, places)
    return known.map((item, index) => merged(item, value[index], places, fields, types))
  }
  if (!isData(value)) return known
  // An object that later steps write to is writable already; any other may belong to another request.
  const target = places ? (known as Data) : { ...(known as Data) }
  mergeInto(target, value, places, fields, types)
  return target
}
