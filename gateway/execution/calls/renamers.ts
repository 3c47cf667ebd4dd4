/** The planner's aliases, which are undone as the data is read: see `FetchDataRewrite`. */
import type { FetchNode } from '@apollo/query-planner'
import { FRAGMENT } from '../plan/check-fetch.ts'

/**
 * Undoes an alias of the planner, which it adds when two fields of one name have different types.
 */
export interface Renamer {
  /** Names in the answer. Types do not matter: at one path, an alias stands for one name. */
  readonly path: readonly string[]
  readonly name: string
}

export const renamersOf = ({ outputRewrites = [] }: FetchNode): readonly Renamer[] =>
  outputRewrites.map((rewrite) => ({
    path: rewrite.path.filter((segment) => !segment.startsWith(FRAGMENT)),
    name: rewrite.kind === 'KeyRenamer' ? rewrite.renameKeyTo : '',
  }))

/** A field's name in the engine's data, and the renamers that apply below it. */
export function renamed(key: string, renamers: readonly Renamer[]) {
  const below = renamers.filter(({ path }) => path[0] === key).map(({ path, name }) => ({ path: path.slice(1), name }))
  return { name: below.find(({ path }) => path.length === 0)?.name ?? key, below }
}
