/** Builds the web app's page into `client/app/dist`. `npm install` runs it. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPages } from '../../install/pages.ts'

const here = dirname(fileURLToPath(import.meta.url))

process.env['NODE_ENV'] = 'production' // or Vite would bundle what libraries have for tests, in tests

await buildPages({
  pages: [{ folder: here, base: '/app/' }],
  stamp: join(here, 'dist/.inputs'),
  inputs: [fileURLToPath(import.meta.url)],
})
