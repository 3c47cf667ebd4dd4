/**
 * The articles that contain each word, with its weight: BM25 over weighted fields, in typed arrays.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Article } from '../articles/article.ts'
import { plainText } from './plain-text.ts'
import { foldWord, indexTerms } from './words.ts'

/** The articles of one word, by their place in the list that was indexed. */
export interface Posting {
  readonly articles: Uint32Array
  /**
   * Weight of the word in each of them: term frequency, saturated and normalized by length, times
   * the weight of the field.
   */
  readonly weights: Float32Array
}

/** The searched fields of an article, with their weights. */
const fields: readonly { readonly weight: number; textOf(article: Article): string }[] = [
  { weight: 4, textOf: ({ title }) => title },
  { weight: 3, textOf: ({ topics }) => topics.join(' ') },
  { weight: 2, textOf: ({ summary }) => summary ?? '' },
  { weight: 1, textOf: ({ markdown }) => plainText(markdown) },
]

// The usual constants of BM25 (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009).
const SATURATION = 1.2
const NORMALIZATION = 0.75
const AT_ONCE = 50 // articles before other work has its turn

interface GrowingPosting {
  readonly articles: number[]
  readonly weights: number[]
  /** Occurrences in the field at hand; 0 between fields. */
  count: number
}

export async function indexWords(articles: readonly Article[]): Promise<ReadonlyMap<string, Posting>> {
  const postings = new Map<string, GrowingPosting>()
  // Each spelling is folded once, not each time it occurs.
  const spellings = new Map<string, GrowingPosting>()
  const postingOf = (spelling: string): GrowingPosting => {
    const known = spellings.get(spelling)
    if (known) return known
    const word = foldWord(spelling)
    const posting = postings.get(word) ?? { articles: [], weights: [], count: 0 }
    postings.set(word, posting)
    spellings.set(spelling, posting)
    return posting
  }
  const texts = articles.map((article) => fields.map(({ textOf }) => textOf(article)))
  const averages = fields.map((_, index) => averageLength(texts.map((fieldTexts) => fieldTexts[index]?.length ?? 0)))

  for (const [place, fieldTexts] of texts.entries()) {
    for (const [index, { weight }] of fields.entries()) {
      const text = fieldTexts[index] ?? ''
      const length = 1 - NORMALIZATION + NORMALIZATION * (text.length / (averages[index] ?? 1))
      for (const posting of countWords(indexTerms(text), postingOf)) {
        addWeight(posting, place, (weight * posting.count * (SATURATION + 1)) / (posting.count + SATURATION * length))
        posting.count = 0
      }
    }
    if (place % AT_ONCE === AT_ONCE - 1) await breathe()
  }
  return new Map(
    [...postings].map(([word, posting]) => [
      word,
      { articles: Uint32Array.from(posting.articles), weights: Float32Array.from(posting.weights) },
    ]),
  )
}

/** Counts into the postings, and returns each of them once. */
function countWords(
  words: readonly string[],
  postingOf: (spelling: string) => GrowingPosting,
): readonly GrowingPosting[] {
  const counted: GrowingPosting[] = []
  for (const word of words) {
    const posting = postingOf(word)
    if (posting.count === 0) counted.push(posting)
    posting.count++
  }
  return counted
}

/** Articles come in order: one that is there already is the last. */
function addWeight({ articles, weights }: GrowingPosting, place: number, value: number): void {
  const last = articles.length - 1
  if (articles[last] === place) weights[last] = (weights[last] ?? 0) + value
  else {
    articles.push(place)
    weights.push(value)
  }
}

/** The average over articles that have the field. */
function averageLength(lengths: readonly number[]): number {
  const present = lengths.filter((length) => length > 0)
  return present.reduce((sum, length) => sum + length, 0) / Math.max(1, present.length) || 1
}
