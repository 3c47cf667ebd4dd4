/** The planner's aliases, which are undone as the data is read: see `FetchDataRewrite`. */
import type { FetchDataRewrite } from '@apollo/query-planner'
import { Unsupported } from './unsupported.ts'

const FRAGMENT = '... on '

/** One rewrite, as seen from the objects at some depth of its path. */
export interface Renamer {
  /** True for the field itself that is renamed. */
  readonly isHere: boolean
  readonly renamed: string
  /**
   * What is left of it below a field of an object; `undefined` where it leads elsewhere.
   * @param key the field's, in the answer
   */
  below(type: string | undefined, key: string, types: Types): Renamer | undefined
}

interface Types {
  belongsTo(typename: string, condition: string): boolean
}

/** @throws Unsupported */
export const renamers = (rewrites: readonly FetchDataRewrite[] | undefined): readonly Renamer[] =>
  (rewrites ?? []).map((rewrite) => {
    if (rewrite.kind !== 'KeyRenamer') throw new Unsupported('an output rewrite that does not rename')
    return renamer(rewrite.path, rewrite.renameKeyTo)
  })

function renamer(path: readonly string[], renamed: string): Renamer {
  return {
    isHere: path.length === 0,
    renamed,
    below(type, key, types) {
      let at = 0
      for (let segment = path[at]; segment?.startsWith(FRAGMENT); segment = path[++at]) {
        if (type !== undefined && !types.belongsTo(type, segment.slice(FRAGMENT.length))) return undefined
      }
      return path[at] === key ? renamer(path.slice(at + 1), renamed) : undefined
    },
  }
}
