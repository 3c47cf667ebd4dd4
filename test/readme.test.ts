/** The README's examples match the project. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const root = new URL('../', import.meta.url)
const readText = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')

const snippetOf = async (language: string): Promise<string> => {
  const [, snippet = ''] =
    new RegExp(`^ {3}\`\`\`${language}\\n([^]*?)\`\`\``, 'm').exec(await readText('README.md')) ?? []
  return snippet.replace(/^ {3}/gm, '')
}

test.each([
  ['ts', 'subgraphs/reviews/main.ts', 'await serve({'],
  ['graphql', 'subgraphs/reviews/schema.graphql', 'type City'],
])('The service that the README adds passes the formatter and the linter: %s', async (language, path, content) => {
  const source = await snippetOf(language)
  expect(source).toContain(content)
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', root))
  const run = promisify(execFile)(
    process.execPath,
    [biome, 'check', '--write', '--error-on-warnings', `--stdin-file-path=${path}`],
    {
      cwd: fileURLToPath(root),
    },
  )
  run.child.stdin?.end(source)
  expect((await run).stdout).toBe(source)
})

test('The service that the README adds imports only existing files', async () => {
  const [, path = ''] = /from '(.+)'/.exec(await snippetOf('ts')) ?? []
  const { serve } = await import(new URL(path, new URL('subgraphs/reviews/main.ts', root)).href)
  expect(serve).toBeInstanceOf(Function)
})

test('The README has at most 170 lines', async () => {
  expect((await readText('README.md')).trimEnd().split('\n').length).toBeLessThanOrEqual(170)
})
