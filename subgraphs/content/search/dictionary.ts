/**
 * The words of one locale, found by what a reader typed: exactly, begun, or slightly mistyped.
 * Knows no articles.
 */
import SearchableMap from 'minisearch/SearchableMap' // MIT, no dependencies; a radix tree with fuzzy and prefix lookup
import { isUnspaced } from './words.ts'

/** A word of the library that may be what was typed. */
interface Candidate {
  readonly word: string
  /** 1 for the word itself, less the further it is from what was typed. */
  readonly similarity: number
}

export interface Dictionary {
  /**
   * @param typed one folded word. The most similar come first; the word itself is always included
   * if the library has it.
   */
  lookUp(typed: string): readonly Candidate[]
}

/** More would make a search for one letter as slow as the library is large. */
const MAX_CANDIDATES = 32
const MIN_PREFIX = 2
// A begun word counts by the part that was typed, a mistyped one by its mistakes; both less than
// the word itself.
const PREFIX = 0.6
const FUZZY = 0.8

export function createDictionary(words: Iterable<string>): Dictionary {
  const tree = new SearchableMap<true>()
  for (const word of words) tree.set(word, true)
  return {
    lookUp(typed) {
      if (isUnspaced(typed)) return tree.has(typed) ? [{ word: typed, similarity: 1 }] : []
      const similar = new Map<string, number>()
      for (const [word, [, distance]] of tree.fuzzyGet(typed, typingMistakes(typed)))
        similar.set(word, FUZZY / (1 + distance))
      if (typed.length >= MIN_PREFIX)
        for (const word of tree.atPrefix(typed).keys()) similar.set(word, PREFIX * (typed.length / word.length))
      similar.delete(typed)
      const candidates = [...similar]
        .map(([word, similarity]) => ({ word, similarity }))
        .sort((one, other) => other.similarity - one.similarity || (one.word < other.word ? -1 : 1))
        .slice(0, MAX_CANDIDATES)
      return tree.has(typed) ? [{ word: typed, similarity: 1 }, ...candidates] : candidates
    },
  }
}

/** Short words differ by one letter from too many others. */
const typingMistakes = (word: string): number => (word.length >= 8 ? 2 : word.length >= 4 ? 1 : 0)
