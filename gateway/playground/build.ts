/**
 * Builds the playground's page into `gateway/playground/dist` and that of the live map into
 * `gateway/map/dist`, from the project's own dependencies, and compresses their files. `npm
 * install` runs it; it does nothing if neither a page nor a dependency has changed.
 */
import { createHash } from 'node:crypto'
import { glob, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite' // MIT; bundles GraphiQL together with the workers of its editors

const here = dirname(fileURLToPath(import.meta.url))
/** Each has its sources in `page` and gets its files in `dist`. */
const rooms = [join(here, '../map'), here]
const stamp = join(here, 'dist/.inputs')
const COMPRESSIBLE = /\.(js|css|svg|ttf|json)$/
const BROTLI_QUALITY = 9 // the next level takes ten times as long for a few per cent

const inputs = await digestOfInputs()
const built = await readFile(stamp, 'utf8').catch(() => undefined)
if (built !== inputs) {
  for (const room of rooms) {
    const dist = join(room, 'dist')
    await rm(dist, { recursive: true, force: true })
    await bundle(join(room, 'page'), dist)
    await compress(dist)
  }
  // Written last, so that an interrupted build is repeated.
  await writeFile(stamp, inputs)
}

/** All inputs of the build: the pages, this script, and the locked versions. */
async function digestOfInputs(): Promise<string> {
  const hash = createHash('sha256')
  const files = [fileURLToPath(import.meta.url), join(here, '../../package-lock.json')]
  for (const room of rooms)
    for await (const entry of glob('**/*', { cwd: join(room, 'page'), withFileTypes: true }))
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(await readFile(file)).update('\0')
  return hash.digest('hex')
}

/** The hash comes first in a file's name, so that the path shows that its content never changes. */
async function bundle(page: string, dist: string): Promise<void> {
  const names = {
    entryFileNames: 'assets/[hash]-[name].js',
    chunkFileNames: 'assets/[hash]-[name].js',
    assetFileNames: 'assets/[hash]-[name][extname]',
  }
  await build({
    root: page,
    configFile: false,
    envDir: false,
    logLevel: 'error', // hides warnings about directives of React Server Components
    build: {
      outDir: dist,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 10_000, // kB; the editor is large, and is loaded once
      modulePreload: { polyfill: false },
      rolldownOptions: { output: names },
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
