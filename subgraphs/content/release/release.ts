/**
 * One state of the library's folder, complete and never changed: every answer is made from exactly
 * one release.
 */

import type { Fault } from '../articles/article.ts'
import { createLibrary, type Library } from '../articles/library.ts'
import { readArticles } from '../articles/read-articles.ts'
import { type AssetManifest, readAssets } from '../assets/manifest.ts'
import { createRenderer, type Renderer } from '../render/renderer.ts'
import { createSearch, type Search } from '../search/search.ts'

export interface Release {
  /** The articles that everybody sees. */
  readonly published: Library & Renderer
  /** The articles including drafts. */
  readonly preview: Library & Renderer
  /** Over all articles, including drafts: the caller says which hits count. */
  readonly search: Search
  readonly assets: AssetManifest
  readonly faults: readonly Fault[]
}

/** @param folder absolute path. Rejects only if the folder itself cannot be read. */
export async function readRelease(folder: string): Promise<Release> {
  const [{ articles, faults }, assets] = await Promise.all([readArticles(folder), readAssets(folder)])
  const withRenderer = (library: Library): Library & Renderer => ({ ...library, ...createRenderer(library, assets) })
  const published = articles.filter(({ draft }) => !draft)
  const preview = withRenderer(createLibrary(articles))
  return {
    published: published.length === articles.length ? preview : withRenderer(createLibrary(published)),
    preview,
    search: await createSearch(articles),
    assets,
    faults: [...faults, ...assets.faults],
  }
}
