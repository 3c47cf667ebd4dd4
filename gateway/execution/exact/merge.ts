/**
 * Merges a service's answer into the data. Copies only what was requested, so that every place has
 * its own objects. Merging the same answer twice changes nothing.
 */
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure } from '../answer/failure.ts'
import type { Selection } from '../calls/selection.ts'
import { type Data, isData } from './data.ts'
import { isGiven, keepLoss, loseFieldsOfGiven, withLost } from './lost-fields.ts'
import type { Run } from './run.ts'

/** Bound of nested lists around objects; no type has more. */
const MOST_LISTS = 100

const TYPENAME = { name: '__typename', below: undefined }

type Merging = Pick<Run, 'types' | 'size' | 'most'>

/** Adds the fields of `source` to `target`. @param selection what was requested of it */
export function mergeInto(target: Data, source: Readonly<Data>, selection: Selection, run: Merging): void {
  for (const answered in source) {
    // A type that was not requested still shows if an object is not of the expected type.
    const asked = answered === '__typename' ? TYPENAME : selection.answered.get(answered)
    if (!asked || run.size >= run.most) continue
    run.size += 1
    const { name, below } = asked
    const value = source[answered]
    const known = own(target, name)
    if (name === '__typename') {
      // A concrete type is never replaced by the interface through which another service knows the
      // object.
      if (!run.types.isObjectType(known)) target[name] = value
    } else target[name] = known === undefined ? copyOf(value, below, run) : merged(known, value, below, run)
    if (value instanceof Failure && below && !isGiven(known)) keepLoss(target, { name, below, failure: value })
    else if (known instanceof Failure) loseFieldsOfGiven(target, name, run.types)
  }
}

/** Values of custom scalars are never changed, so they need no copy. */
function copyOf(value: unknown, below: Selection | undefined, run: Merging, lists = 0): unknown {
  if (!below || value instanceof Failure) return value
  if (Array.isArray(value)) {
    return lists < MOST_LISTS ? value.map((item) => copyOf(item, below, run, lists + 1)) : undefined
  }
  if (!isData(value)) return value
  const copy: Data = {}
  mergeInto(copy, value, below, run)
  return copy
}

/** The value of a field that two answers give. */
function merged(known: unknown, value: unknown, below: Selection | undefined, run: Merging): unknown {
  if (value === null || value === undefined) return known
  if (value instanceof Failure) {
    return known === null || known === ABSENT ? value : below ? withLost(known, below, value, run.types) : known
  }
  if (known === null || known instanceof Failure) return copyOf(value, below, run)
  // If services contradict each other, the first one counts.
  if (!below) return known
  if (!(isData(known) || Array.isArray(known))) return copyOf(value, below, run)
  if (Array.isArray(known)) {
    if (!Array.isArray(value) || value.length !== known.length) return known
    return known.map((item, index) => merged(item, value[index], below, run))
  }
  if (isData(value)) mergeInto(known, value, below, run)
  return known
}
