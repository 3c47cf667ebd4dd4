/** The entry points: one article, lists of articles, search, files. */

import { categoryKey, isOfTopic } from '../articles/library.ts'
import type { Asset } from '../assets/manifest.ts'
import type { ContentContext, ReachedArticle } from './context.ts'
import { type ArticlePage, articlePage, bestTranslations, firstOf, type LocalPageArguments, reached } from './page.ts'
import { type SearchArguments, type SearchPage, searchPage } from './search.ts'

interface ArticlesArguments extends LocalPageArguments {
  readonly untranslated?: boolean | null
  readonly topic?: string | null
  readonly product?: string | null
  readonly category?: string | null
  readonly city?: string | null
}

export const Query = {
  article(
    _: unknown,
    { slug, locale }: { slug: string; locale?: string | null },
    context: ContentContext,
  ): ReachedArticle | undefined {
    const chain = context.chain(locale)
    return reached(context.library.bySlug(slug, chain), chain)
  },

  articles(_: unknown, args: ArticlesArguments, context: ContentContext): ArticlePage {
    const { library } = context
    const chain = context.chain(args.locale)
    const { topic, product, category, city } = args
    const locales = args.untranslated ? chain : firstOf(chain, library.locales)
    const articles = bestTranslations(library.articles, locales, context).filter(
      (article) =>
        isOfTopic(article, topic) &&
        (!product || article.products.includes(product)) &&
        (!category || article.categories.some((one) => categoryKey(one) === categoryKey(category))) &&
        (!city || article.cities.includes(city)),
    )
    return articlePage(articles, chain, args)
  },

  search: (_: unknown, args: SearchArguments, context: ContentContext): SearchPage => searchPage(args, context),

  asset: (_: unknown, { path }: { path: string }, { release }: ContentContext): Asset | undefined =>
    release.assets.byPath(path),
}
