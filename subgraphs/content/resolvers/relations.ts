/**
 * Relates other services' objects to articles. An object without articles has an empty list, not an
 * error.
 */

import { categoryKey, type Subject } from '../articles/library.ts'
import type { ContentContext, ReachedArticle } from './context.ts'
import { type ArticlePage, articlePage, bestTranslations, type LocalPageArguments, reached } from './page.ts'

interface Reference {
  readonly id: string
}

interface LocaleArgument {
  readonly locale?: string | null
}

/** Default number of articles beside another service's object. */
const FEW = 5

/**
 * Each article in the first locale of the chain that has it: help in another language is better
 * than none.
 */
function articlesAbout(
  subject: Subject,
  id: string,
  { locale, ...page }: LocalPageArguments,
  context: ContentContext,
): ArticlePage {
  const chain = context.chain(locale)
  return articlePage(bestTranslations(context.library.about(subject, id), chain, context), chain, page, FEW)
}

/** A product exists if its terms do: the article `<product id>-terms`. */
const termsOf = (id: string): string => `${id}-terms`

export const Product = {
  __resolveReference: ({ id }: Reference, { library }: ContentContext): Reference | null =>
    library.has(termsOf(id)) ? { id } : null,

  name({ id }: Reference, { locale }: LocaleArgument, context: ContentContext): string | undefined {
    const terms = context.library.bySlug(termsOf(id), [...context.chain(locale), ...context.library.locales])
    return terms?.productName ?? terms?.title
  },

  terms({ id }: Reference, { locale }: LocaleArgument, context: ContentContext): ReachedArticle | undefined {
    const chain = context.chain(locale)
    return reached(context.library.bySlug(termsOf(id), chain), chain)
  },

  articles: ({ id }: Reference, page: LocalPageArguments, context: ContentContext): ArticlePage =>
    articlesAbout('products', id, page, context),
}

export const Merchant = {
  __resolveReference: (merchant: Reference & { category?: string }): Reference => merchant,

  articles: ({ category }: { category: string }, page: LocalPageArguments, context: ContentContext): ArticlePage =>
    articlesAbout('categories', categoryKey(category), page, context),
}

export const City = {
  __resolveReference: ({ id }: Reference): Reference => ({ id }),

  articles: ({ id }: Reference, page: LocalPageArguments, context: ContentContext): ArticlePage =>
    articlesAbout('cities', id, page, context),
}
