/** A product of the bank as its readers know it: it exists where its terms, the article `<product id>-terms`, exist. */
import type { ContentContext } from '../context.ts'
import { reached } from './query.ts'

interface ProductReference {
  readonly id: string
}

const termsOf = (id: string): string => `${id}-terms`

export const Product = {
  __resolveReference: ({ id }: ProductReference, { view }: ContentContext): ProductReference | null =>
    view.has(termsOf(id)) ? { id } : null,

  name({ id }: ProductReference, { locale }: { locale?: string | null }, context: ContentContext) {
    const terms = context.view.bySlug(termsOf(id), [...context.chain(locale), ...context.view.locales])
    return terms?.productName ?? terms?.title
  },

  terms({ id }: ProductReference, { locale }: { locale?: string | null }, context: ContentContext) {
    const chain = context.chain(locale)
    return reached(context.view.bySlug(termsOf(id), chain), chain)
  },
}
