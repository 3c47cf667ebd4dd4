/**
 * Renders the articles of one library on demand, and keeps what it rendered within bounds as long
 * as the library is current.
 */
import type { Root } from 'hast'
import { LRUCache } from 'lru-cache' // BlueOak; bounded by size, and shares a render in flight
import type { Article } from '../articles/article.ts'
import type { Library } from '../articles/library.ts'
import { type AssetManifest, imagePath } from '../assets/manifest.ts'
import type { References } from './references.ts'
import { type PlainText, renderHtml, renderText, renderTree } from './render.ts'

export interface Renderer {
  html(article: Article): Promise<string>
  text(article: Article): PlainText
  /** The sanitized tree, as hast (https://github.com/syntax-tree/hast). */
  tree(article: Article): Root
}

const MAX_HTML = 6 * 1024 * 1024 // characters
const MAX_TEXT = 2 * 1024 * 1024 // characters

export function createRenderer(library: Library, assets: AssetManifest): Renderer {
  const references: References = {
    hasArticle: library.has,
    image: (path) => assets.byPath(imagePath(path)),
  }
  const html = new LRUCache<string, string, Article>({
    maxSize: MAX_HTML,
    sizeCalculation: ({ length }) => length + 1,
    fetchMethod: (_id, _stale, { context }) => renderHtml(context.markdown, references),
  })
  const text = new LRUCache<string, PlainText, Article>({
    maxSize: MAX_TEXT,
    sizeCalculation: ({ text: { length } }) => length + 1,
    memoMethod: (_id, _stale, { context }) => renderText(context.markdown, references),
  })
  return {
    html: (article) => html.forceFetch(article.id, { context: article }),
    text: (article) => text.memo(article.id, { context: article }),
    tree: (article) => renderTree(article.markdown, references).tree,
  }
}
