/** A release with what is worked out from it on demand and kept, within bounds, as long as the release is current. */
import { LRUCache } from 'lru-cache' // BlueOak; bounded by size, and shares a render in flight
import type { References } from '../render/references.ts'
import { type RichText, renderRichText, renderTree } from '../render/render.ts'
import { createSearch, type Search } from '../search/search.ts'
import type { Article } from './article.ts'
import type { Release } from './release.ts'

const MAX_RENDERED = 8 * 1024 * 1024 // characters of HTML and text

export interface OpenRelease extends Release {
  readonly search: Search
  richText(article: Article): Promise<RichText>
  /** The sanitized tree, as hast. */
  tree(article: Article): ReturnType<typeof renderTree>['tree']
}

export async function openRelease(release: Release): Promise<OpenRelease> {
  const references: References = {
    hasArticle: (slug) => release.bySlug.has(slug),
    image: () => undefined,
  }
  const rendered = new LRUCache<string, RichText, Article>({
    maxSize: MAX_RENDERED,
    sizeCalculation: ({ html, text }) => html.length + text.length + 1,
    fetchMethod: (_id, _stale, { context }) => renderRichText(context.markdown, references),
  })
  return {
    ...release,
    search: await createSearch(release.articles),
    richText: (article) => rendered.forceFetch(article.id, { context: article }),
    tree: (article) => renderTree(article.markdown, references).tree,
  }
}
