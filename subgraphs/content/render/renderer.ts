/** Renders the articles of one library on demand, and keeps what it rendered within bounds as long as the library is current. */
import type { Root } from 'hast'
import { LRUCache } from 'lru-cache' // BlueOak; bounded by size, and shares a render in flight
import { type AssetManifest, imagePath } from '../assets/manifest.ts'
import type { Article } from '../release/article.ts'
import type { Library } from '../release/library.ts'
import type { References } from './references.ts'
import { type RichText, renderRichText, renderTree } from './render.ts'

export interface Renderer {
  richText(article: Article): Promise<RichText>
  /** The sanitized tree, as hast (https://github.com/syntax-tree/hast). */
  tree(article: Article): Root
}

const MAX_KEPT = 6 * 1024 * 1024 // characters of HTML and text

export function createRenderer(library: Library, assets: AssetManifest): Renderer {
  const references: References = {
    hasArticle: library.has,
    image: (path) => assets.byPath(imagePath(path)),
  }
  const kept = new LRUCache<string, RichText, Article>({
    maxSize: MAX_KEPT,
    sizeCalculation: ({ html, text }) => html.length + text.length + 1,
    fetchMethod: (_id, _stale, { context }) => renderRichText(context.markdown, references),
  })
  return {
    richText: (article) => kept.forceFetch(article.id, { context: article }),
    tree: (article) => renderTree(article.markdown, references).tree,
  }
}
