/**
 * Full-text search in each locale of a release: prefixes, small typing mistakes, accents folded.
 * Built once, never changed.
 */
import type { Article } from '../articles/article.ts'
import { createDictionary, type Dictionary } from './dictionary.ts'
import { indexWords, type Posting } from './postings.ts'
import { foldWord, typedTerms } from './words.ts'

export interface SearchHit {
  readonly article: Article
  readonly score: number
}

export interface SearchResult {
  /** Unordered: most searches show few of their hits, which `mostRelevant` picks. */
  readonly hits: readonly SearchHit[]
  /** The folded words that count as found. */
  readonly words: ReadonlySet<string>
}

export interface Search {
  /** Every word must match; if no article has them all, any word may. */
  find(locale: string, text: string, accept: (article: Article) => boolean): SearchResult
}

interface LocaleIndex {
  readonly articles: readonly Article[]
  readonly postings: ReadonlyMap<string, Posting>
  readonly dictionary: Dictionary
}

export async function createSearch(articles: readonly Article[]): Promise<Search> {
  const indexes = new Map<string, LocaleIndex>()
  for (const [locale, inLocale] of Map.groupBy(articles, (article) => article.locale)) {
    const postings = await indexWords(inLocale)
    indexes.set(locale, { articles: inLocale, postings, dictionary: createDictionary(postings.keys()) })
  }
  return {
    find(locale, text, accept) {
      const index = indexes.get(locale)
      return index ? findIn(index, text, accept) : { hits: [], words: new Set() }
    },
  }
}

function findIn({ articles, postings, dictionary }: LocaleIndex, text: string, accept: (article: Article) => boolean) {
  const typed = [...new Set(typedTerms(text).map(foldWord))]
  const scores = new Float64Array(articles.length)
  // How many of the typed words each article has, and the last one that was counted.
  const found: Found = { count: new Uint16Array(articles.length), last: new Uint16Array(articles.length) }
  const words = new Set<string>()
  for (const [index, one] of typed.entries()) {
    for (const { word, similarity } of dictionary.lookUp(one)) {
      const posting = postings.get(word)
      if (!posting) continue
      words.add(word)
      addScores(posting, similarity * rarity(posting, articles.length), index + 1, scores, found)
    }
  }
  const matching = collect(articles, scores, (place) => found.count[place] === typed.length, accept)
  const hits = matching.length > 0 ? matching : collect(articles, scores, (place) => found.count[place] !== 0, accept)
  return { hits, words }
}

/** BM25's inverse document frequency: a word that every article has says nothing. */
const rarity = ({ articles: { length } }: Posting, total: number): number =>
  Math.log(1 + (total - length + 0.5) / (length + 0.5))

interface Found {
  readonly count: Uint16Array
  readonly last: Uint16Array
}

/** @param number of the typed word, from 1; they come in order */
function addScores(
  { articles, weights }: Posting,
  factor: number,
  number: number,
  scores: Float64Array,
  { count, last }: Found,
): void {
  for (let index = 0; index < articles.length; index++) {
    const place = articles[index] ?? 0
    scores[place] = (scores[place] ?? 0) + factor * (weights[index] ?? 0)
    if (last[place] === number) continue
    last[place] = number
    count[place] = (count[place] ?? 0) + 1
  }
}

function collect(
  articles: readonly Article[],
  scores: Float64Array,
  matches: (place: number) => boolean,
  accept: (article: Article) => boolean,
): SearchHit[] {
  const hits: SearchHit[] = []
  articles.forEach((article, place) => {
    if (matches(place) && accept(article)) hits.push({ article, score: scores[place] ?? 0 })
  })
  return hits
}

/**
 * The first `count` hits in order: by score, then by id. Linear in the number of hits, unlike
 * sorting them all.
 */
export function mostRelevant(hits: readonly SearchHit[], count: number): readonly SearchHit[] {
  const best: SearchHit[] = []
  for (const hit of hits) {
    const last = best.at(-1)
    if (best.length === count && last !== undefined && mostRelevantFirst(last, hit) <= 0) continue
    const place = best.findIndex((other) => mostRelevantFirst(hit, other) < 0)
    best.splice(place < 0 ? best.length : place, 0, hit)
    if (best.length > count) best.pop()
  }
  return best
}

/** The last hits in that order, the last one first. */
export const leastRelevant = (hits: readonly SearchHit[], count: number): readonly SearchHit[] =>
  hits.toSorted((one, other) => mostRelevantFirst(other, one)).slice(0, count)

/** The rank of a hit. */
interface Rank {
  readonly score: number
  readonly article: Pick<Article, 'id'>
}

export const mostRelevantFirst = (one: Rank, other: Rank): number =>
  other.score - one.score || (one.article.id < other.article.id ? -1 : Number(one.article.id > other.article.id))
