/**
 * Undoes the aliases that the planner gives fields of one name and different types, in a copy of
 * what a service answered.
 */
import type { FetchDataRewrite } from '@apollo/query-planner'
import { PlanShapeError } from '../plan/shape-error.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import type { FetchedField, FetchedFields } from './fetched-fields.ts'
import { type Data, isData } from './run.ts'

export interface OutputRewrites {
  /** An answer's object with its fields under the names the rest of the plan knows. */
  apply(source: Readonly<Data>): Readonly<Data>
  /** The fields asked for, under those names as well. */
  applyToFields(fields: FetchedFields): FetchedFields
}

const FRAGMENT = '... on '

/** @throws PlanShapeError for a rewrite that does not rename */
export function compileOutputRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  types: TypeRelations,
): OutputRewrites | undefined {
  if (!rewrites || rewrites.length === 0) return undefined
  const renamers = rewrites.map((rewrite) => {
    const name = rewrite.path.at(-1)
    if (rewrite.kind !== 'KeyRenamer' || name === undefined || name.startsWith(FRAGMENT)) {
      throw new PlanShapeError(`the output rewrite at ${rewrite.path.join('/')}`)
    }
    return { path: rewrite.path.slice(0, -1), name, renamed: rewrite.renameKeyTo }
  })
  // Inner fields first: their paths speak of the outer ones by the names they still have.
  renamers.sort((left, right) => right.path.length - left.path.length)

  const rename = (value: unknown, path: readonly string[], name: string, renamed: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => rename(item, path, name, renamed))
    if (!isData(value)) return value
    const [segment, ...rest] = path
    if (segment === undefined) {
      if (!Object.hasOwn(value, name)) return value
      const { [name]: moved, ...others } = value
      return { ...others, [renamed]: moved }
    }
    if (segment.startsWith(FRAGMENT)) {
      const typename = value['__typename']
      const applies = typeof typename !== 'string' || types.belongsTo(typename, segment.slice(FRAGMENT.length))
      return applies ? rename(value, rest, name, renamed) : value
    }
    return Object.hasOwn(value, segment) ? { ...value, [segment]: rename(value[segment], rest, name, renamed) } : value
  }

  return {
    apply: (source) =>
      renamers.reduce((value, { path, name, renamed }) => rename(value, path, name, renamed) as Readonly<Data>, source),
    applyToFields: (fields) =>
      renamers.reduce((all, { path, name, renamed }) => {
        const names = path.filter((segment) => !segment.startsWith(FRAGMENT))
        return renameField(all, names, name, renamed)
      }, fields),
  }
}

function renameField(fields: FetchedFields, path: readonly string[], name: string, renamed: string): FetchedFields {
  const [segment, ...rest] = path
  return fields.map((field): FetchedField => {
    if (segment === undefined) return field.name === name ? { ...field, name: renamed } : field
    return field.name === segment ? { ...field, children: renameField(field.children, rest, name, renamed) } : field
  })
}
