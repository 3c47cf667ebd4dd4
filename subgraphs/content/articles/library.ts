/**
 * The articles of one release as one perspective sees them: every way to find them. What is not in
 * here does not exist for it.
 */
import type { Article } from './article.ts'

/** Subjects of articles. */
export type Subject = 'products' | 'categories' | 'cities'

export interface Library {
  /** The newest first, then by id; those without a date last. */
  readonly articles: readonly Article[]
  /** Sorted by name. */
  readonly locales: readonly string[]
  byId(id: string): Article | undefined
  /** The translation in the first locale of `chain` that has one. */
  bySlug(slug: string, chain: readonly string[]): Article | undefined
  /** True if any locale has the article. */
  has(slug: string): boolean
  /** Articles about one thing, all locales, the newest first. */
  about(subject: Subject, id: string): readonly Article[]
}

type ListPosition = Pick<Article, 'publishedOn' | 'id'>

export function createLibrary(read: readonly Article[]): Library {
  const articles = read.toSorted(newestFirst)
  const byId = new Map(articles.map((article) => [article.id, article]))
  const slugs = Map.groupBy(articles, ({ slug }) => slug)
  const bySlug = new Map(
    [...slugs].map(([slug, translations]) => [slug, new Map(translations.map((one) => [one.locale, one]))]),
  )
  const about = {
    products: groupByEach(articles, ({ products }) => products),
    categories: groupByEach(articles, ({ categories }) => categories.map(categoryKey)),
    cities: groupByEach(articles, ({ cities }) => cities),
  }
  return {
    articles,
    locales: [...new Set(articles.map(({ locale }) => locale))].sort(),
    byId: (id) => byId.get(id),
    bySlug(slug, chain) {
      const translations = bySlug.get(slug)
      if (!translations) return undefined
      const locale = chain.find((candidate) => translations.has(candidate))
      return locale === undefined ? undefined : translations.get(locale)
    },
    has: (slug) => bySlug.has(slug),
    about: (subject, id) => about[subject].get(id) ?? [],
  }
}

/** The order of articles in every list: by date, then by id. */
export function newestFirst(one: ListPosition, other: ListPosition): number {
  const [date, otherDate] = [one.publishedOn ?? '', other.publishedOn ?? '']
  if (date !== otherDate) return date < otherDate ? 1 : -1
  return one.id < other.id ? -1 : Number(one.id > other.id)
}

/** `Car rental`, `CAR_RENTAL` and `car-rental` are the same category. */
export const categoryKey = (category: string): string =>
  category
    .normalize()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')

/** True if the article has the topic, in whichever form of Unicode that was typed; or for none. */
export const isOfTopic = ({ topics }: Article, topic: string | null | undefined): boolean =>
  !topic || topics.includes(topic.normalize())

function groupByEach(
  articles: readonly Article[],
  keysOf: (article: Article) => readonly string[],
): ReadonlyMap<string, readonly Article[]> {
  const groups = new Map<string, Article[]>()
  for (const article of articles) {
    for (const key of new Set(keysOf(article))) {
      const group = groups.get(key)
      if (group) group.push(article)
      else groups.set(key, [article])
    }
  }
  return groups
}
