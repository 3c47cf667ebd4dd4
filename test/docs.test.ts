/** Settings, errors, commands and files in the pages are those of the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { buildSchema, parse, validate } from 'graphql'
import { addressSetting, variablesOf } from '../gateway/config/environment.ts'
import { services } from '../gateway/config/registry.ts'
import { hooksSection } from '../gateway/config/sections/hooks.ts'
import { errorStatus } from '../platform/protocol/errors.ts'
import { serviceSettings } from '../start/service-settings.ts'
import { startOnlySettings } from '../start/settings.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
/** Links in code are examples. */
const readProse = (path: string): string => read(path).replace(/```.*?```|`[^`\n]*`/gs, '')

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'DEPENDENCIES.md',
  'SECURITY.md',
  'bench/README.md',
  'client/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
  'gateway/README.md',
  'gateway/nodes/README.md',
  'platform/memory/README.md',
  'subgraphs/banking/README.md',
  'subgraphs/banking/ledger/README.md',
  'subgraphs/banking/loans/README.md',
  'subgraphs/banking/statements/README.md',
  'subgraphs/banking/webhooks/README.md',
  'subgraphs/content/README.md',
  'subgraphs/weather/README.md',
]

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\d\s-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

test.each(pages)('Every link of %s leads to a file and a heading that exist', (page) => {
  const links = [...readProse(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)/g)]
  const broken = links.filter(([, path = '', anchor]) => {
    const target = path === '' ? page : join(dirname(page), path)
    return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
  })
  expect(broken.map(([link]) => link)).toEqual([])
})

test.each(pages)('Every source file that %s names exists', (page) => {
  const named = [...read(page).matchAll(/(?<![\w/])((?:[\w-]+\/)+[\w-]+\.(?:ts|sql))\b/g)].map(([, path = '']) => path)
  const isExample = (path: string): boolean => /^src\/|^(test\/)?subgraphs\/(reviews|cart)\//.test(path)
  const missing = named.filter(
    (path) => !isExample(path) && !existsSync(join(root, path)) && !existsSync(join(root, dirname(page), path)),
  )
  expect(missing).toEqual([])
})

test.each(pages)('Every source file that %s names without its folder is in a folder of its part', (page) => {
  const isGeneral = dirname(page) === '.' || page.startsWith('docs/')
  const parts = isGeneral
    ? ['gateway', 'platform', 'subgraphs', 'start']
    : [dirname(page).split('/').slice(0, 2).join('/')]
  const files = parts.flatMap((part) => readdirSync(join(root, part), { recursive: true, encoding: 'utf8' }))
  const known = new Set(files.map((path) => basename(path)))
  const named = [...read(page).matchAll(/(?<!\[)`([\w-]+\.ts)`/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test.each(pages)('Every npm script that %s names exists', (page) => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = [...read(page).matchAll(/npm (?:run )(?:--silent )?([a-z:]+)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

test('Every setting of ours that docs/configuration/compared.md names exists', () => {
  const cells = [...read('docs/configuration/compared.md').matchAll(/^\| [^|]*\| ([^|]*)\|/gm)].map(
    ([, cell = '']) => cell,
  )
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([a-z][\w.<>]*)`/gi)].map(([, path = '']) => path))
  const kinds = new Map([['<name>', 'stateless' as const]])
  const known = variablesOf({ kinds, areOurs: false }).map(({ path }) => path.join('.'))
  const hooks = new Set(Object.keys(hooksSection.unwrap().shape).map((name) => `hooks.${name}`))
  const exists = (path: string): boolean =>
    hooks.has(path) || known.some((one) => one === path || one.startsWith(`${path}.`))
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((path) => !exists(path))).toEqual([])
})

test('docs/settings.md lists every setting, and none that does not exist', async () => {
  const variables = variablesOf({ kinds: new Map(services.map(({ name, kind }) => [name, kind])), areOurs: true })
  const renamed = variables.filter(({ isAlias }) => isAlias).map(({ path }) => `${path.join('.')}.`)
  const isOfTable = ({ path, isAlias }: (typeof variables)[number]): boolean =>
    path[0] !== 'limits' &&
    (isAlias || (path[0] !== 'services' && !renamed.some((one) => one.startsWith(`${path.join('.')}.`))))
  const known = new Set([
    ...variables.filter(isOfTable).map(({ name }) => name),
    ...Object.keys(await serviceSettings()),
    ...Object.keys(startOnlySettings),
    'STATELESS',
  ])
  const rows = [...read('docs/settings.md').matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)]
  // Addresses have one row for all services.
  for (const { name } of services) known.delete(addressSetting(name))
  const listed = new Set(rows.flatMap(([, names = '']) => names.split(', ').map((name) => name.replaceAll('`', ''))))
  expect([...listed].sort()).toEqual([...known].sort())
})

test('docs/errors.md lists every code with its status', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)]
  expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(errorStatus)
})

test.each(pages.filter((page) => page.startsWith('docs/configuration/') && /```(?:ts|py)/.test(read(page))))(
  'A test runs the example of %s',
  (page) => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    expect(tests.some((path) => path.endsWith('.test.ts') && read(`test/${path}`).includes(page))).toBe(true)
  },
)

describe('requests in the pages', () => {
  const schema = buildSchema(read('gateway/schema.graphql'))
  const requests = pages.flatMap((page) => [...read(page).matchAll(/--data '(.*?)'/gs)].map(([, body = '']) => body))
  test('The pages show several requests', () => expect(requests.length).toBeGreaterThan(3))

  test.each(requests)('The request fits the schema: %s', (body) => {
    expect(validate(schema, parse(JSON.parse(body).query))).toEqual([])
  })
})
