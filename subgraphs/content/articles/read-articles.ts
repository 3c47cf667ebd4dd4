/**
 * Reads the Markdown files of a library's folder: every one that is sound, and what is wrong with
 * the others.
 */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Article, Fault } from './article.ts'
import { parseFile } from './front-matter.ts'
import { canonicalLocale } from './locale.ts'

/**
 * Bytes of one Markdown file: 10,000 words. Markdown has constructs whose time grows with the
 * square of their length.
 */
const MAX_FILE = 64 * 1024
/** More block quotes and lists within each other than this on one line would exhaust the stack. */
const MAX_NESTING = 40
const NESTED = new RegExp(`^(?:[ \\t]*(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])){${MAX_NESTING + 1}}`, 'm')
const AT_ONCE = 32
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const LOCALE_FOLDER = /^[a-z]{2,3}(?:-[a-z0-9]+)*$/i

interface ReadArticles {
  /** Ordered by locale, then by name. */
  readonly articles: readonly Article[]
  readonly faults: readonly Fault[]
}

/** @param folder absolute path. Rejects only if the folder itself cannot be read. */
export async function readArticles(folder: string): Promise<ReadArticles> {
  const faults: Fault[] = []
  const files = await listFiles(folder, faults)
  const articles: Article[] = []
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const read = files.slice(start, start + AT_ONCE).map((file) => readArticle(folder, file, faults))
    articles.push(...(await Promise.all(read)).filter((article) => article !== undefined))
  }
  return { articles, faults: faults.toSorted(byFile) }
}

interface ArticleFile {
  readonly locale: string
  readonly slug: string
  /** Path relative to the library's folder. */
  readonly path: string
}

async function listFiles(folder: string, faults: Fault[]): Promise<readonly ArticleFile[]> {
  const files: ArticleFile[] = []
  const paths = new Map<string, string>()
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort(byName)) {
    const locale = LOCALE_FOLDER.test(entry.name) ? canonicalLocale(entry.name) : undefined
    if (!entry.isDirectory() || locale === undefined) continue
    for (const file of (await readdir(join(folder, entry.name), { withFileTypes: true })).sort(byName)) {
      if (!file.name.endsWith('.md')) continue
      const path = `${entry.name}/${file.name}`
      const slug = file.name.slice(0, -'.md'.length)
      if (!file.isFile()) faults.push(fault(path, 'is not a plain file; links are not followed'))
      else if (!SLUG.test(slug)) faults.push(fault(path, 'the name must be lower-case letters, digits and hyphens'))
      else if (paths.has(`${locale}/${slug}`))
        faults.push(fault(path, `is the same article as ${paths.get(`${locale}/${slug}`)}: both are in ${locale}`))
      else {
        paths.set(`${locale}/${slug}`, path)
        files.push({ locale, slug, path })
      }
    }
  }
  return files
}

async function readArticle(folder: string, file: ArticleFile, faults: Fault[]): Promise<Article | undefined> {
  const { locale, slug, path } = file
  const absolute = join(folder, path)
  try {
    if ((await lstat(absolute)).size > MAX_FILE) {
      faults.push(fault(path, `is larger than ${MAX_FILE} bytes`))
      return undefined
    }
    const parsed = parseFile(await readFile(absolute, 'utf8'), (severity, line, message) =>
      faults.push({ severity, file: path, line, message }),
    )
    if (!parsed) return undefined
    const nested = NESTED.exec(parsed.body)
    if (nested) {
      const line = parsed.bodyLine + parsed.body.slice(0, nested.index).split('\n').length - 1
      faults.push({ severity: 'error', file: path, line, message: `is nested deeper than ${MAX_NESTING} levels` })
      return undefined
    }
    const { product, ...matter } = parsed.matter
    return {
      ...matter,
      id: `${locale}/${slug}`,
      slug,
      locale,
      productName: product,
      markdown: parsed.body,
      bodyLine: parsed.bodyLine,
    }
  } catch {
    faults.push(fault(path, 'could not be read'))
    return undefined
  }
}

const fault = (file: string, message: string): Fault => ({ severity: 'error', file, line: 1, message })

const byFile = (one: Fault, other: Fault): number =>
  one.file === other.file ? one.line - other.line : one.file < other.file ? -1 : 1

// Not the file system's order, which may differ between two instances.
const byName = (one: { name: string }, other: { name: string }): number =>
  one.name < other.name ? -1 : Number(one.name > other.name)
