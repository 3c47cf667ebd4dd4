/** One state of the library, complete and never changed: an answer is made from one release only. */
import type { Article, Fault } from './article.ts'

export interface Release {
  /** The newest first, then by id; those without a date last. */
  readonly articles: readonly Article[]
  readonly byId: ReadonlyMap<string, Article>
  /** Slug → locale → article. */
  readonly bySlug: ReadonlyMap<string, ReadonlyMap<string, Article>>
  /** Sorted by name. */
  readonly locales: readonly string[]
  readonly faults: readonly Fault[]
}

export function createRelease(read: readonly Article[], faults: readonly Fault[]): Release {
  const articles = read.toSorted(newestFirst)
  const bySlug = new Map<string, Map<string, Article>>()
  for (const article of articles) {
    const translations = bySlug.get(article.slug) ?? new Map<string, Article>()
    bySlug.set(article.slug, translations.set(article.locale, article))
  }
  return {
    articles,
    byId: new Map(articles.map((article) => [article.id, article])),
    bySlug,
    locales: [...new Set(articles.map(({ locale }) => locale))].sort(),
    faults,
  }
}

/** Where an article stands in every list: its date, then its id. */
export function newestFirst(one: ListPosition, other: ListPosition): number {
  const [date, otherDate] = [one.publishedOn ?? '', other.publishedOn ?? '']
  if (date !== otherDate) return date < otherDate ? 1 : -1
  return one.id < other.id ? -1 : Number(one.id > other.id)
}

export type ListPosition = Pick<Article, 'publishedOn' | 'id'>
