/**
 * Builds the playground's page into `gateway/playground/dist` and that of the live map into
 * `gateway/map/dist`. `npm install` runs it.
 */
import { glob } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPages } from '../../install/pages.ts'

const here = dirname(fileURLToPath(import.meta.url))

process.env['NODE_ENV'] = 'production' // or Vite would bundle what libraries have for tests, in tests

const signIn = join(here, '../../client/sign-in')
const shared: string[] = []
for await (const name of glob('*.ts', { cwd: signIn })) shared.push(join(signIn, name))

await buildPages({
  pages: [join(here, '../map'), here].map((folder) => ({ folder, base: '/' })),
  stamp: join(here, 'dist/.inputs'),
  inputs: [fileURLToPath(import.meta.url), ...shared],
})
