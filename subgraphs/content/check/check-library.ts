/**
 * Everything that is wrong with a library, also what the service would pass over in silence: broken
 * links, images, translations.
 */

import type { Article, Fault } from '../articles/article.ts'
import { createLibrary, type Library } from '../articles/library.ts'
import { DEFAULT_LOCALE } from '../articles/locale.ts'
import { readArticles } from '../articles/read-articles.ts'
import { readAssets } from '../assets/manifest.ts'
import { checkReferences } from './check-references.ts'

/**
 * Faults ordered by file, then by line. @param folder absolute path. Rejects if the folder itself
 * cannot be read.
 */
export async function checkLibrary(folder: string): Promise<readonly Fault[]> {
  const [{ articles, faults }, assets] = await Promise.all([readArticles(folder), readAssets(folder)])
  const library = createLibrary(articles)
  return [
    ...faults,
    ...assets.faults,
    ...articles.flatMap((article) => checkReferences(article, library, assets)),
    ...articles.flatMap((article) => checkProducts(article, library)),
    ...articles.flatMap((article) => checkTranslations(article, library)),
  ].sort((one, other) => (one.file === other.file ? one.line - other.line : one.file < other.file ? -1 : 1))
}

const fileOf = ({ id }: Article): string => `${id}.md`

function checkProducts(article: Article, library: Library): readonly Fault[] {
  return article.products
    .filter((product) => !library.has(`${product}-terms`))
    .map((product) => ({
      severity: 'error',
      file: fileOf(article),
      line: 1,
      message: `the product "${product}" has no terms: ${DEFAULT_LOCALE}/${product}-terms.md is missing`,
    }))
}

/**
 * Reported at the original; an article without a version in the default locale would be missing for
 * most readers.
 */
function checkTranslations(article: Article, library: Library): readonly Fault[] {
  const missing = library.locales.filter((locale) => !library.byId(`${locale}/${article.slug}`))
  if (article.locale !== DEFAULT_LOCALE && !missing.includes(DEFAULT_LOCALE)) return []
  return missing.map((locale) => ({
    severity: 'warning',
    file: fileOf(article),
    line: 1,
    message: `has no translation: ${locale}/${article.slug}.md is missing`,
  }))
}
