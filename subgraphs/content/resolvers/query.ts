/** The entry points: one article, lists of articles, search. */
import { z } from 'zod'
import { codedError } from '../../../gateway/protocol/errors.ts'
import { type Connection, connectionOf, decodeCursor, encodeCursor, pageSize } from '../../connection.ts'
import type { ContentContext, ReachedArticle } from '../context.ts'
import type { Article } from '../release/article.ts'
import { newestFirst } from '../release/release.ts'

export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
}

interface ArticlesArguments extends PageArguments {
  readonly locale?: string | null
  readonly topic?: string | null
}

interface SearchArguments extends PageArguments {
  readonly text: string
  readonly locale?: string | null
}

const MAX_SEARCH_TEXT = 200
const listPosition = z.tuple([z.string().nullable(), z.string()])
const searchPosition = z.tuple([z.number(), z.string()])

export const Query = {
  article(_: unknown, { slug, locale }: { slug: string; locale?: string | null }, context: ContentContext) {
    const chain = context.chain(locale)
    return reached(context.view.bySlug(slug, chain), chain)
  },

  articles(_: unknown, { locale, topic, ...page }: ArticlesArguments, context: ContentContext) {
    const chain = context.chain(locale)
    const articles = context.view.list(chain)
    const chosen = topic ? articles.filter(({ topics }) => topics.includes(topic)) : articles
    return articlePage(chosen, chain, page)
  },

  search(_: unknown, { text, locale, ...page }: SearchArguments, context: ContentContext) {
    if (text.trim() === '' || text.length > MAX_SEARCH_TEXT)
      throw codedError('BAD_USER_INPUT', `"text" must have from 1 to ${MAX_SEARCH_TEXT} characters.`)
    const first = pageSize(page.first)
    const position = decodeCursor('search', searchPosition, page.after)
    const chain = context.chain(locale)
    const searched = chain.find((candidate) => context.view.locales.includes(candidate)) ?? ''
    const hits = context.release.search
      .find(searched, text, (article) => context.view.byId(article.id) !== undefined)
      .filter(({ article, score }) => {
        if (!position) return true
        const [lastScore, lastId] = position
        return score < lastScore || (score === lastScore && article.id > lastId)
      })
    const connection = connectionOf(hits, {
      first,
      after: page.after,
      cursorOf: ({ article, score }) => encodeCursor('search', [score, article.id]),
    })
    return {
      ...connection,
      edges: connection.edges.map(({ cursor, node }) => ({ cursor, node: reached(node.article, chain) })),
    }
  },
}

/** A page of a list that is in the order of `newestFirst`. */
export function articlePage(
  articles: readonly Article[],
  fallbackChain: readonly string[],
  { first: wanted, after }: PageArguments,
): Connection<ReachedArticle> {
  const first = pageSize(wanted)
  const position = decodeCursor('articles', listPosition, after)
  const rest = position
    ? articles.filter((article) => newestFirst(article, { publishedOn: position[0], id: position[1] }) > 0)
    : articles
  const rows = rest.slice(0, first + 1).map((article) => ({ article, fallbackChain }))
  const cursorOf = ({ article }: ReachedArticle): string => encodeCursor('articles', [article.publishedOn, article.id])
  return connectionOf(rows, { first, after, cursorOf })
}

export const reached = (article: Article | undefined, fallbackChain: readonly string[]): ReachedArticle | undefined =>
  article && { article, fallbackChain }
