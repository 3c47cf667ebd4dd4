/** Pages of articles in the order of the library: the newest first. */
import { z } from 'zod'
import { type Connection, type PageArguments, pagesInMemory, rowsIn } from '../../shared/pagination.ts'
import type { Article } from '../articles/article.ts'
import { newestFirst } from '../articles/library.ts'
import type { ContentContext, ReachedArticle } from './context.ts'

export interface LocalPageArguments extends PageArguments {
  readonly locale?: string | null
}

export interface ArticlePage extends Connection<ReachedArticle> {
  readonly totalCount: number
  readonly fallbackChain: readonly string[]
}

const position = z.tuple([z.string().nullable(), z.string()])
const pages = pagesInMemory('articles', position, ({ article }: ReachedArticle) => [article.publishedOn, article.id])

/** @param articles in the order of `newestFirst` @param pageSize if the client gives none */
export function articlePage(
  articles: readonly Article[],
  fallbackChain: readonly string[],
  args: PageArguments,
  pageSize?: number,
): ArticlePage {
  const page = pages(
    args,
    (range) =>
      rowsIn(articles, range, (article, [publishedOn, id]) => newestFirst(article, { publishedOn, id })).map(
        (article) => ({ article, fallbackChain }),
      ),
    pageSize === undefined ? {} : { pageSize },
  )
  return { ...page, totalCount: articles.length, fallbackChain }
}

/** Keeps of each article the translation that comes first in `chain`. */
export const bestTranslations = (
  articles: readonly Article[],
  chain: readonly string[],
  { library }: ContentContext,
): readonly Article[] => articles.filter((article) => library.bySlug(article.slug, chain) === article)

/** The first locale of `chain` that the library has, as a chain of its own. */
export const firstOf = (chain: readonly string[], available: readonly string[]): readonly string[] =>
  chain.filter((locale) => available.includes(locale)).slice(0, 1)

export const reached = (article: Article | undefined, fallbackChain: readonly string[]): ReachedArticle | undefined =>
  article && { article, fallbackChain }
