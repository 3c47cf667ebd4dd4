/** The fields of an article. Rich text is rendered only where it is asked for. */
import type { ContentContext, ReachedArticle } from '../context.ts'

export const Article = {
  __resolveReference({ id }: { id: string }, context: ContentContext): ReachedArticle | null {
    const article = context.view.byId(id)
    return article ? { article, fallbackChain: [article.locale] } : null
  },
  id: ({ article }: ReachedArticle) => article.id,
  slug: ({ article }: ReachedArticle) => article.slug,
  locale: ({ article }: ReachedArticle) => article.locale,
  title: ({ article }: ReachedArticle) => article.title,
  summary: ({ article }: ReachedArticle) => article.summary,
  topics: ({ article }: ReachedArticle) => article.topics,
  publishedOn: ({ article }: ReachedArticle) => article.publishedOn,
  html: async ({ article }: ReachedArticle, _: unknown, { release }: ContentContext) =>
    (await release.richText(article)).html,
  text: async ({ article }: ReachedArticle, _: unknown, { release }: ContentContext) =>
    (await release.richText(article)).text,
}
