/**
 * Generates the types of the web app's operations, and builds its page into `client/app/dist`.
 * `npm install` runs it, after the library that the page is made of.
 */
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema } from 'graphql'
import { buildPages } from '../../install/pages.ts'
import { writeManifests } from '../codegen/manifests.ts'
import { generateOperations } from '../codegen/operations.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const schema = join(root, 'gateway/schema.graphql')

// Else Vite bundles what libraries export for tests.
process.env['NODE_ENV'] = 'production'

const library: string[] = []
for await (const name of glob('{apollo,codegen,connection,sign-in}/**/*.ts', { cwd: dirname(here) }))
  library.push(join(dirname(here), name))

const worker = join(here, 'worker/offline-worker.ts')

await buildPages({
  pages: [{ folder: here, base: '/app/', scripts: { 'offline-worker': worker } }],
  stamp: join(here, 'dist/.inputs'),
  inputs: [fileURLToPath(import.meta.url), schema, worker, ...library],
  async prepare() {
    const operations = join(here, 'page/**/*.graphql')
    const generated = join(here, 'page/generated/')
    await generateOperations(buildSchema(await readFile(schema, 'utf8')), [operations], generated)
    await writeManifests(generated)
  },
})
