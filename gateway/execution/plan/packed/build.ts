/**
 * Packs the planner's packages into a few files, in `dist`. `npm install` runs it. Does nothing if
 * neither a package nor this file has changed: a gateway that runs may use what there is.
 */
import { hash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { PACKAGES, type Packed, readPacked, versions } from './packages.ts'

const dist = fileURLToPath(new URL('dist/', import.meta.url))
const require = createRequire(import.meta.url)
const ENTRY = 'packed:'

const packed: Packed = {
  files: Object.fromEntries(PACKAGES.map((name, index) => [name, `${index}.js`])),
  versions: versions(),
  maker: hash('sha256', await readFile(fileURLToPath(import.meta.url))),
}
const before = readPacked()
if (before?.versions !== packed.versions || before.maker !== packed.maker) await pack()

async function pack(): Promise<void> {
  await rm(dist, { recursive: true, force: true })
  await build({
    configFile: false,
    envDir: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    plugins: [
      {
        name: 'packed',
        enforce: 'pre',
        resolveId(id) {
          if (id.startsWith(ENTRY)) return id
          // It has modules of both kinds, and must be there once only: as Node itself loads it.
          return /^graphql(\/|$)/.test(id) ? require.resolve(id) : undefined
        },
        load: (id) => (id.startsWith(ENTRY) ? entryOf(id.slice(ENTRY.length)) : undefined),
      },
    ],
    build: {
      ssr: true,
      outDir: dist,
      minify: false,
      target: 'node24',
      rolldownOptions: {
        input: Object.fromEntries(PACKAGES.map((name, index) => [`${index}`, `${ENTRY}${name}`])),
        output: { entryFileNames: '[name].js', chunkFileNames: '[hash].js' },
      },
    },
  })
  // Last, so that an interrupted build is not used.
  await writeFile(`${dist}packed.json`, JSON.stringify(packed))
}

/** The names of a CommonJS module are known only once it has run. */
function entryOf(name: string): string {
  const names = Object.keys(require(name)).filter((each) => each !== 'default')
  return `export { ${names.join(', ')} } from ${JSON.stringify(name)}`
}
