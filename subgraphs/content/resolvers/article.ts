/** The fields of an article. Rich text is rendered only if it is requested. */
import type { Root } from 'hast'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Article as ArticleData } from '../articles/article.ts'
import { type Asset, imagePath } from '../assets/manifest.ts'
import type { Heading } from '../render/references.ts'
import type { ContentContext, ReachedArticle } from './context.ts'

const WORDS_A_MINUTE = 200

const field =
  <Name extends keyof ArticleData>(name: Name) =>
  ({ article }: ReachedArticle): ArticleData[Name] =>
    article[name]

export const Article = {
  __resolveReference({ id }: { id: string }, { library }: ContentContext): ReachedArticle | null {
    const article = library.byId(id)
    return article ? { article, fallbackChain: [article.locale] } : null
  },

  id: field('id'),
  slug: field('slug'),
  locale: field('locale'),
  title: field('title'),
  summary: field('summary'),
  topics: field('topics'),
  publishedOn: field('publishedOn'),
  draft: field('draft'),
  markdown: field('markdown'),

  translations: ({ article: { slug } }: ReachedArticle, _: unknown, { library }: ContentContext): ReachedArticle[] =>
    library.locales.flatMap((locale) => {
      const article = library.byId(`${locale}/${slug}`)
      return article ? [{ article, fallbackChain: [locale] }] : []
    }),

  image: ({ article }: ReachedArticle, _: unknown, { release }: ContentContext): Asset | undefined =>
    article.image === null ? undefined : release.assets.byPath(imagePath(article.image)),

  html: ({ article }: ReachedArticle, _: unknown, { library }: ContentContext): Promise<string> =>
    library.html(article),

  text: ({ article }: ReachedArticle, _: unknown, { library }: ContentContext): string => library.text(article).text,

  ast: ({ article }: ReachedArticle, _: unknown, { library }: ContentContext): Root => library.tree(article),

  tableOfContents(
    { article }: ReachedArticle,
    { depth }: { depth?: number | null },
    { library }: ContentContext,
  ): readonly Heading[] {
    const deepest = depth ?? 3
    if (deepest < 1 || deepest > 6) throw codedError('BAD_USER_INPUT', '"depth" must be from 1 to 6.')
    return library.text(article).headings.filter((heading) => heading.depth <= deepest)
  },

  readingTime: ({ article }: ReachedArticle, _: unknown, { library }: ContentContext): number =>
    Math.max(1, Math.ceil(library.text(article).words / WORDS_A_MINUTE)),
}
