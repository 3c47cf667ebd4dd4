/**
 * Reads what `@fromContext` takes from the objects above one, as the variables of the request that
 * needs it.
 */
import type { FetchDataKeyRenamer } from '@apollo/query-planner'
import { isWritable } from '../../../platform/data/json-safe.ts'
import { own } from '../../../platform/data/own.ts'
import { ABSENT, Failure, UNWRITABLE } from '../answer/failure.ts'
import type { DataPath } from '../plan/paths.ts'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { valueText } from './json-text.ts'
import { type Data, isData } from './run.ts'

/** An object with the objects above it, nearest first. */
interface Lineage {
  readonly object: Data
  readonly above: Lineage | undefined
}

/** The members of `variables` that an object's surroundings give, or the failure that took one. */
type ContextTexts = (lineage: Lineage) => string | Failure

/**
 * Objects at a path with all that is above them. Lists are passed through: they are not objects.
 */
export function lineagesAt(root: Data, path: DataPath): Lineage[] {
  const found: Lineage[] = []
  const walk = (value: unknown, above: Lineage | undefined, depth: number): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, above, depth)
    } else if (isData(value) && !(value instanceof Failure)) {
      const lineage: Lineage = { object: value, above }
      const segment = path[depth]
      if (segment === undefined) found.push(lineage)
      else walk(own(value, segment), lineage, depth + 1)
    }
  }
  walk(root, undefined, 0)
  return found
}

/** @throws PlanShapeError for a path that leads to no field */
export function compileContexts(rewrites: readonly FetchDataKeyRenamer[], types: TypeRelations): ContextTexts {
  const names = [...new Set(rewrites.map(({ renameKeyTo }) => renameKeyTo))]
  const sources = names.map((name) => ({
    key: JSON.stringify(name),
    reads: rewrites.filter(({ renameKeyTo }) => renameKeyTo === name).map(({ path }) => contextReader(path, types)),
  }))
  return (lineage) => {
    const texts: string[] = []
    for (const { key, reads } of sources) {
      let value: unknown
      for (const read of reads) value ??= read(lineage)
      if (value === ABSENT) value = null
      if (value instanceof Failure) return value
      if (!isWritable(value)) return UNWRITABLE
      texts.push(`${key}:${valueText(value ?? null)}`)
    }
    return texts.join()
  }
}

function contextReader(path: readonly string[], types: TypeRelations): (lineage: Lineage) => unknown {
  const levels = path.findIndex((segment) => segment !== '..')
  if (levels < 0 || path.lastIndexOf('..') >= levels) throw new PlanShapeError(`the context at ${path.join('/')}`)
  const segments = path.slice(levels)
  return (lineage) => {
    let current: Lineage | undefined = lineage
    for (let level = 0; level < levels; level++) current = current?.above
    return valueAt(current?.object, segments, types)
  }
}

function valueAt(value: unknown, segments: readonly string[], types: TypeRelations): unknown {
  const [segment, ...rest] = segments
  if (segment === undefined || value === undefined || value === null || value instanceof Failure) return value
  if (Array.isArray(value)) return value.map((item) => valueAt(item, segments, types))
  if (!isData(value)) return undefined
  if (!segment.startsWith('... on ')) return valueAt(own(value, segment), rest, types)
  const typename = value['__typename']
  const applies = typeof typename !== 'string' || types.belongsTo(typename, segment.slice('... on '.length))
  return applies ? valueAt(value, rest, types) : undefined
}
