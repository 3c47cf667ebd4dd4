/** The words of one locale, found by what a reader typed: exactly, begun, or slightly mistyped. Knows no articles. */
import MiniSearch from 'minisearch' // MIT, no dependencies; a radix tree with fuzzy and prefix search

/** A word of the library that may be what was typed. */
export interface Candidate {
  readonly word: string
  /** 1 for the word itself, less the further it is from what was typed. */
  readonly similarity: number
}

export interface Dictionary {
  /** @param typed one folded word. The most similar first; the word itself is always among them. */
  lookUp(typed: string): readonly Candidate[]
}

/** More would make a search for one letter as slow as the library is large. */
const MAX_CANDIDATES = 32
const PREFIX = 0.6
const FUZZY = 0.45

export function createDictionary(words: Iterable<string>): Dictionary {
  const index = new MiniSearch<{ id: string }>({
    fields: ['id'],
    tokenize: (word) => [word],
    processTerm: (word) => word,
  })
  const known = new Set<string>()
  for (const word of words) {
    known.add(word)
    index.add({ id: word })
  }
  return {
    lookUp(typed) {
      const similar = index
        .search(typed, { prefix: typed.length >= 2, fuzzy: typingMistakes(typed) })
        .map(({ id }) => candidate(typed, String(id)))
        .filter(({ word }) => word !== typed)
        .sort((one, other) => other.similarity - one.similarity || (one.word < other.word ? -1 : 1))
        .slice(0, MAX_CANDIDATES)
      return known.has(typed) ? [{ word: typed, similarity: 1 }, ...similar] : similar
    },
  }
}

/** Short words differ by one letter from too many others. */
const typingMistakes = (word: string): number | false => (word.length >= 8 ? 2 : word.length >= 4 ? 1 : false)

/** A begun word counts by the part that was typed; a mistyped one counts the same however long. */
const candidate = (typed: string, word: string): Candidate => ({
  word,
  similarity: word.startsWith(typed)
    ? PREFIX * (typed.length / word.length)
    : FUZZY * Math.min(1, typed.length / word.length),
})
