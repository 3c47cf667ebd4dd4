/**
 * Search as in the schema: pages by relevance, highlights of the shown hits, facets if requested.
 */
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'
import { type Edge, pagesInMemory } from '../../shared/pagination.ts'
import type { Article } from '../articles/article.ts'
import { isOfTopic } from '../articles/library.ts'
import { type Highlight, highlightArticle } from '../search/highlight.ts'
import { leastRelevant, mostRelevant, mostRelevantFirst, type SearchHit, type SearchResult } from '../search/search.ts'
import { countRuns } from '../search/words.ts'
import type { ContentContext, ReachedArticle } from './context.ts'
import { type ArticlePage, firstOf, type LocalPageArguments } from './page.ts'

export interface SearchArguments extends LocalPageArguments {
  readonly text: string
  readonly topic?: string | null
  readonly product?: string | null
}

interface SearchEdge extends Edge<ReachedArticle> {
  readonly score: number
  highlights(): readonly Highlight[]
}

interface Facet {
  readonly value: string
  readonly count: number
}

/** Functions are resolved only if requested. */
export interface SearchPage extends ArticlePage {
  readonly edges: readonly SearchEdge[]
  readonly facets: { topics(): readonly Facet[]; products(): readonly Facet[]; locales(): readonly Facet[] }
}

const MAX_TEXT = 200
const MAX_WORDS = 12
const pages = pagesInMemory('search', z.tuple([z.number(), z.string()]), ({ score, article }: SearchHit) => [
  score,
  article.id,
])

/** @throws BAD_USER_INPUT */
export function searchPage(args: SearchArguments, context: ContentContext): SearchPage {
  const { text, topic, product } = args
  checkText(text)
  const chain = context.chain(args.locale)
  const { library, release } = context
  const visible = ({ id }: Article): boolean => library.byId(id) !== undefined
  const hasTopic = ({ article }: SearchHit): boolean => isOfTopic(article, topic)
  const hasProduct = ({ article }: SearchHit): boolean => !product || article.products.includes(product)
  const findIn = (locale: string): SearchResult => release.search.find(locale, text, visible)

  const [locale = ''] = firstOf(chain, library.locales)
  const { hits: found, words } = findIn(locale)
  const hits = found.filter((hit) => hasTopic(hit) && hasProduct(hit))
  const { edges, pageInfo } = pages(args, ({ limit, after, before, backwards }) => {
    const between = hits.filter((hit) => (!after || compare(hit, after) > 0) && (!before || compare(hit, before) < 0))
    return backwards ? leastRelevant(between, limit) : mostRelevant(between, limit)
  })
  return {
    edges: edges.map(({ cursor, node: hit }) => ({
      cursor,
      node: { article: hit.article, fallbackChain: chain },
      score: hit.score,
      highlights: () => highlightArticle(hit.article, words),
    })),
    pageInfo,
    totalCount: hits.length,
    fallbackChain: chain,
    facets: {
      topics: () => countBy(found.filter(hasProduct), ({ topics }) => topics),
      products: () => countBy(found.filter(hasTopic), ({ products }) => products),
      locales: () =>
        library.locales
          .map((value) => ({
            value,
            count: findIn(value).hits.filter((hit) => hasTopic(hit) && hasProduct(hit)).length,
          }))
          .filter(({ count }) => count > 0)
          .sort(mostFrequentFirst),
    },
  }
}

function checkText(text: string): void {
  const length = text.length > MAX_TEXT ? 0 : countRuns(text)
  if (length < 1 || length > MAX_WORDS)
    throw codedError('BAD_USER_INPUT', `"text" must have from 1 to ${MAX_TEXT} characters and 1 to ${MAX_WORDS} words.`)
}

const compare = (hit: SearchHit, [score, id]: readonly [number, string]): number =>
  mostRelevantFirst(hit, { score, article: { id } })

function countBy(hits: readonly SearchHit[], valuesOf: (article: Article) => readonly string[]): readonly Facet[] {
  const counts = new Map<string, number>()
  for (const { article } of hits) {
    for (const value of new Set(valuesOf(article))) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].map(([value, count]) => ({ value, count })).sort(mostFrequentFirst)
}

const mostFrequentFirst = (one: Facet, other: Facet): number =>
  other.count - one.count || (one.value < other.value ? -1 : 1)
