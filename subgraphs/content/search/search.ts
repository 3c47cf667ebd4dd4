/** Full-text search in each locale of a release: prefixes, small typing mistakes, accents folded. Built once, never changed. */
import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch' // MIT, no dependencies; BM25 in memory
import type { Article } from '../release/article.ts'
import { plainText } from './plain-text.ts'

export interface SearchHit {
  readonly article: Article
  readonly score: number
  /** Words of the article that matched, folded, and the fields they are in. */
  readonly matches: Readonly<Record<string, readonly string[]>>
}

export interface Search {
  /** The most relevant first, then by id. Every word must match; where no article has them all, any word may. */
  find(locale: string, text: string, accept: (article: Article) => boolean): readonly SearchHit[]
}

const AT_ONCE = 25 // articles indexed before other work has its turn

/** Lower case without accents: `Cartão` and `cartao` are the same word. */
export const foldWord = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()

/** Words with the gaps that follow them; together they are the text. The boundaries are those of the index. */
export function splitWords(text: string): readonly { readonly word: string; readonly gap: string }[] {
  const parts = text.split(/([\n\r\p{Z}\p{P}]+)/u)
  return Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) => ({
    word: parts[2 * index] ?? '',
    gap: parts[2 * index + 1] ?? '',
  }))
}

const query: SearchOptions = {
  boost: { title: 4, topics: 3, summary: 2 },
  prefix: (term) => term.length >= 2,
  fuzzy: (term) => (term.length >= 8 ? 2 : term.length >= 4 ? 1 : false),
  combineWith: 'AND',
}

export async function createSearch(articles: readonly Article[]): Promise<Search> {
  const byLocale = Map.groupBy(articles, ({ locale }) => locale)
  const indexes = new Map<string, { index: MiniSearch<Article>; articles: Map<string, Article> }>()
  for (const [locale, inLocale] of byLocale) {
    const index = new MiniSearch<Article>({
      fields: ['title', 'topics', 'summary', 'body'],
      extractField: (article, field) => fieldText(article, field),
      tokenize: (text) => splitWords(text).map(({ word }) => word),
      processTerm: (word) => foldWord(word) || null,
    })
    await index.addAllAsync(inLocale, { chunkSize: AT_ONCE })
    indexes.set(locale, { index, articles: new Map(inLocale.map((article) => [article.id, article])) })
  }

  return {
    find(locale, text, accept) {
      const found = indexes.get(locale)
      if (!found) return []
      const filter = ({ id }: SearchResult): boolean => {
        const article = found.articles.get(String(id))
        return article !== undefined && accept(article)
      }
      const all = found.index.search(text, { ...query, filter })
      const results = all.length > 0 ? all : found.index.search(text, { ...query, filter, combineWith: 'OR' })
      return results
        .flatMap(({ id, score, match }) => {
          const article = found.articles.get(String(id))
          return article ? [{ article, score, matches: match }] : []
        })
        .sort((one, other) => other.score - one.score || (one.article.id < other.article.id ? -1 : 1))
    },
  }
}

function fieldText(article: Article, field: string): string {
  if (field === 'title') return article.title
  if (field === 'topics') return article.topics.join(' ')
  if (field === 'summary') return article.summary ?? ''
  if (field === 'body') return plainText(article.markdown)
  return article.id
}
