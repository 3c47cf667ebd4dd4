/** What the README shows is what the project is. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const root = new URL('../', import.meta.url)
const readText = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')

test.each([
  ['ts', 'subgraphs/reviews/main.ts', 'await serve({'],
  ['graphql', 'subgraphs/reviews/schema.graphql', 'type City'],
])('the service of five lines passes the formatter and the linter: %s', async (language, path, content) => {
  const [, snippet = ''] =
    new RegExp(`^ {3}\`\`\`${language}\\n([^]*?)\`\`\``, 'm').exec(await readText('README.md')) ?? []
  const source = snippet.replace(/^ {3}/gm, '')
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

test('every npm script it names exists, and what they need is installed without development', async () => {
  const { scripts, dependencies } = JSON.parse(await readText('package.json'))
  const named = [...(await readText('README.md')).matchAll(/npm (?:run )?(?:--silent )?([a-z:]+)/g)].map(
    ([, name = '']) => name,
  )
  const ofNpm = ['install', 'scripts', 'run', 'and', 'ci']
  expect(named.filter((name) => !(name in scripts) && !ofNpm.includes(name))).toEqual([])
  for (const name of ['node', 'prisma', 'vite']) expect(dependencies).toHaveProperty(name)
})
