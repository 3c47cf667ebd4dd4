/**
 * Keeps an answer under the client's language where it depends on it, and for everybody where it
 * does not.
 */
import type { AnswerStore, Kept } from './store.ts'

/** Where an answer is kept. @param varies whether it depends on the language */
export const keyFor = (key: string, varies: boolean, language: string | undefined): string =>
  varies ? `${key}\n${language ?? ''}` : key

/** What is kept for each key: for everybody, or else for this language. */
export function lookUp(
  store: AnswerStore,
  keys: readonly string[],
  language: string | undefined,
): readonly (Kept | undefined)[] | Promise<readonly (Kept | undefined)[]> {
  const found = store.get([...keys, ...keys.map((key) => keyFor(key, true, language))])
  const choose = (kept: readonly (Kept | undefined)[]) =>
    keys.map((_, index) => kept[index] ?? kept[index + keys.length])
  return found instanceof Promise ? found.then(choose) : choose(found)
}
