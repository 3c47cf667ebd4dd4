/**
 * Builds pages for browsers, from the project's own dependencies: bundles them, and compresses
 * their files. Does nothing if neither a source nor a dependency has changed.
 */
import { createHash } from 'node:crypto'
import { glob, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

interface Page {
  /** Absolute; has its sources in `page` and gets its files in `dist`. */
  readonly folder: string
  /** The path at which it is served, with a slash at its end. */
  readonly base: string
  /** Scripts of their own besides the page, each one file: absolute paths by name. */
  readonly scripts?: Readonly<Record<string, string>>
}

interface PagesOptions {
  readonly pages: readonly Page[]
  /** Holds the digest of all inputs; written last, so that an interrupted build is repeated. */
  readonly stamp: string
  /** Other inputs: the script that calls this, and what its pages import from elsewhere. */
  readonly inputs: readonly string[]
  /** Writes sources into a folder `generated` of a page, which is no input. */
  readonly prepare?: () => Promise<void>
}

const COMPRESSIBLE = /\.(js|css|svg|ttf|json)$/
const BROTLI_QUALITY = 9 // the next level takes ten times as long for a few per cent

export async function buildPages({ pages, stamp, inputs, prepare }: PagesOptions): Promise<void> {
  const digest = await digestOf(pages, inputs)
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === digest) return
  await prepare?.()
  for (const page of pages) {
    const dist = join(page.folder, 'dist')
    await rm(dist, { recursive: true, force: true })
    await bundle(page, dist)
    await compress(dist)
  }
  await writeFile(stamp, digest)
}

/** The pages, what builds them, and the locked versions. */
async function digestOf(pages: readonly Page[], inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const lock = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const files = [...inputs, fileURLToPath(import.meta.url), lock]
  for (const { folder } of pages)
    for await (const entry of glob('**/*', { cwd: join(folder, 'page'), withFileTypes: true }))
      if (entry.isFile() && !entry.parentPath.endsWith('/generated')) files.push(join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(await readFile(file)).update('\0')
  return hash.digest('hex')
}

/** The hash comes first in a file's name, so that the path shows that its content never changes. */
async function bundle({ folder, base, scripts }: Page, dist: string): Promise<void> {
  const names = {
    entryFileNames: 'assets/[hash]-[name].js',
    chunkFileNames: 'assets/[hash]-[name].js',
    assetFileNames: 'assets/[hash]-[name][extname]',
  }
  // Imported lazily: it takes half the time of a build that has nothing to do.
  const { build } = await import('vite') // MIT; bundles modules, styles and workers
  await build({
    root: join(folder, 'page'),
    base,
    configFile: false,
    envDir: false,
    logLevel: 'error', // hides warnings about directives of React Server Components
    build: {
      outDir: dist,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 10_000, // kB; the playground's editor is large, and is loaded once
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: join(folder, 'page/index.html'), ...scripts }, output: names },
    },
    worker: { format: 'es', rolldownOptions: { output: names } },
  })
}

async function compress(dist: string): Promise<void> {
  for await (const name of glob('assets/*', { cwd: dist })) {
    if (!COMPRESSIBLE.test(name)) continue
    const file = join(dist, name)
    const content = await readFile(file)
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }
    await writeFile(`${file}.br`, await promisify(brotliCompress)(content, brotli))
    await writeFile(`${file}.gz`, await promisify(gzip)(content))
  }
}
