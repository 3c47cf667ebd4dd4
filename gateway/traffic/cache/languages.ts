/** Caches an answer under the client's language if it depends on it, otherwise for everybody. */
import type { AnswerStore, Kept } from './store.ts'

/** The key of a cached answer. @param varies whether it depends on the language */
export const keyFor = (key: string, varies: boolean, language: string | undefined): string =>
  varies ? `${key}\n${language ?? ''}` : key

/** The entry of each key: that for everybody, otherwise that for this language. */
export function lookUp(
  store: AnswerStore,
  keys: readonly string[],
  language: string | undefined,
): readonly (Kept | undefined)[] | Promise<readonly (Kept | undefined)[]> {
  return store.get(
    keys,
    keys.map((key) => keyFor(key, true, language)),
  )
}
