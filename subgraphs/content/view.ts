/** What one request may see of one release: its perspective decides, here and nowhere else, whether drafts exist. */
import type { Article } from './release/article.ts'
import type { Release } from './release/release.ts'

export type Perspective = 'published' | 'preview'

export interface LibraryView {
  readonly locales: readonly string[]
  byId(id: string): Article | undefined
  /** The first locale of `chain` that has the article decides. */
  bySlug(slug: string, chain: readonly string[]): Article | undefined
  /** Of each article the first translation in `chain`; the newest first. */
  list(chain: readonly string[]): readonly Article[]
  /** True where any locale has the article. */
  has(slug: string): boolean
}

export function viewOf({ articles, byId, bySlug, locales }: Release, perspective: Perspective): LibraryView {
  const visible = (article: Article | undefined): Article | undefined =>
    article === undefined || (article.draft && perspective === 'published') ? undefined : article

  const findBySlug = (slug: string, chain: readonly string[]): Article | undefined => {
    const translations = bySlug.get(slug)
    if (!translations) return undefined
    for (const locale of chain) {
      const article = visible(translations.get(locale))
      if (article) return article
    }
    return undefined
  }

  return {
    locales,
    byId: (id) => visible(byId.get(id)),
    bySlug: findBySlug,
    list: (chain) => articles.filter((article) => findBySlug(article.slug, chain) === article),
    has: (slug) => findBySlug(slug, locales) !== undefined,
  }
}
