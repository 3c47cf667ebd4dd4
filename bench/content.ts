/**
 * `npm run bench -- content`: search over 5,000 articles, compared with minisearch alone on the
 * same articles and queries.
 */
import MiniSearch from 'minisearch'
import type { Article } from '../subgraphs/content/articles/article.ts'
import { createSearch, mostRelevant } from '../subgraphs/content/search/search.ts'
import { foldWord } from '../subgraphs/content/search/words.ts'
import { median, percentile } from './common/statistics.ts'

const ARTICLES = 5_000
const WORDS = 300 // words of an article
const VOCABULARY = 8_000
const QUERIES = 500
const PAGE = 21

export async function run(): Promise<void> {
  const random = randomNumbers(1)
  const word = zipfWords(random)
  const articles = Array.from({ length: ARTICLES }, (_, number) => article(number, word))
  const queries = Array.from({ length: QUERIES }, (_, number) => query(number, word, random))

  const ours = await timed(() => createSearch(articles))
  const oursTimes = queries.map((text) =>
    elapsed(() => mostRelevant(ours.result.find('en', text, () => true).hits, PAGE)),
  )
  const alone = await timed(async () => miniSearchAlone(articles))
  const aloneTimes = queries
    .slice(0, QUERIES / 5)
    .map((text) => elapsed(() => alone.result.search(text).slice(0, PAGE)))

  console.log(`search over ${ARTICLES} articles of ${WORDS} words`)
  for (const [name, index, times] of [
    ['content', ours.milliseconds, oursTimes],
    ['minisearch alone', alone.milliseconds, aloneTimes],
  ] as const) {
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    console.log(`  ${name.padEnd(18)} index ${index.toFixed(0)} ms, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
  }
  const times = (figure: number): string => `${figure.toFixed(1)} times`
  console.log(
    `  faster by: index ${times(alone.milliseconds / ours.milliseconds)}, p99 ${times(percentile(aloneTimes, 0.99) / percentile(oursTimes, 0.99))}`,
  )
}

/** The baseline: the same fields, weights and tolerance, all in minisearch. */
function miniSearchAlone(articles: readonly Article[]): MiniSearch<Article> {
  const index = new MiniSearch<Article>({
    fields: ['title', 'summary', 'markdown'],
    processTerm: foldWord,
    searchOptions: {
      boost: { title: 4, summary: 2 },
      prefix: (term) => term.length >= 2,
      fuzzy: (term) => (term.length >= 8 ? 2 : term.length >= 4 ? 1 : false),
      combineWith: 'AND',
    },
  })
  index.addAll(articles)
  return index
}

function article(number: number, word: () => string): Article {
  const words = (count: number): string => Array.from({ length: count }, word).join(' ')
  const slug = `a${number}`
  return {
    id: `en/${slug}`,
    slug,
    locale: 'en',
    title: words(6),
    summary: words(15),
    topics: [word()],
    publishedOn: null,
    draft: false,
    image: null,
    productName: null,
    products: [],
    categories: [],
    cities: [],
    markdown: words(WORDS),
    bodyLine: 1,
  }
}

/** One to three words. One query in three has a typing error, and one in three is incomplete. */
function query(number: number, word: () => string, random: () => number): string {
  const text = Array.from({ length: 1 + Math.floor(random() * 3) }, word).join(' ')
  if (number % 3 === 0) return text.slice(0, 2) + text.charAt(3) + text.charAt(2) + text.slice(4)
  return number % 3 === 1 ? text.slice(0, -1) : text
}

/**
 * Words of pronounceable syllables with Zipf's frequencies: the n-th is about n times rarer than
 * the first.
 */
function zipfWords(random: () => number): () => string {
  const syllables = 'ban car di es fo gu hol in ka lo men ne or pay qua re sa ti um ver'.split(' ')
  const vocabulary = Array.from({ length: VOCABULARY }, (_, number) => {
    let rest = number
    let word = ''
    do {
      word += syllables[rest % syllables.length]
      rest = Math.floor(rest / syllables.length)
    } while (rest > 0)
    return word
  })
  return () => vocabulary[Math.floor(VOCABULARY ** random()) - 1] ?? ''
}

/** The same numbers in every run: a linear congruential generator (Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; milliseconds: number }> {
  const start = performance.now()
  const result = await work()
  return { result, milliseconds: performance.now() - start }
}

/** Milliseconds, the median of three, to exclude other load on the machine. */
function elapsed(work: () => unknown): number {
  const times = [0, 1, 2].map(() => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return median(times)
}
