/** Reads the values that `@fromContext` takes from the objects above, as variables of a request. */
import type { FetchDataKeyRenamer } from '@apollo/query-planner'
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure } from '../answer/failure.ts'
import { FRAGMENT } from '../plan/check-fetch.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { type Data, isData } from './data.ts'
import { leafInput } from './leaf-input.ts'
import type { Place } from './places.ts'

/** The variables by name, or the failure that took the value of one. */
export function contextOf(
  rewrites: readonly FetchDataKeyRenamer[],
  place: Place,
  types: TypeRelations,
): Data | Failure {
  const variables: Data = {}
  for (const { path, renameKeyTo } of rewrites) {
    const levels = path.lastIndexOf('..') + 1
    let from: Place | undefined = place
    for (let level = 0; level < levels; level += 1) from = from?.above
    variables[renameKeyTo] ??= valueAt(from?.object, path.slice(levels), types) ?? null
  }
  return Object.values(variables).find((value) => value instanceof Failure) ?? variables
}

/** A path may lead through several types; at most one gives a value. */
function valueAt(value: unknown, path: readonly string[], types: TypeRelations): unknown {
  const [segment, ...rest] = path
  if (value === undefined || value === null || value === ABSENT) return undefined
  if (segment === undefined || value instanceof Failure) return leafInput(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => valueAt(item, path, types) ?? null)
    return items.find((item) => item instanceof Failure) ?? items
  }
  if (!isData(value)) return undefined
  if (!segment.startsWith(FRAGMENT)) return valueAt(own(value, segment), rest, types)
  const typename = value['__typename']
  const applies = typeof typename !== 'string' || types.belongsTo(typename, segment.slice(FRAGMENT.length))
  return applies ? valueAt(value, rest, types) : undefined
}
