/** `npm run new` on a copy of the project: both kinds of service, and refusals. */
import { execFile, execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ownDatabaseUrl } from '../../../platform/process/own-database.ts'
import { demoIdentity } from '../../../platform/protocol/demo-identity.ts'
import { readArguments } from '../../../tools/new/arguments.ts'
import { type System, run as start, startSystem } from '../../start/system.ts'
import { readAnswer } from '../../support/answer.ts'
import { copySources } from '../../support/copy.ts'
import { makeDataFolder, type TestFolder } from '../../support/data-folder.ts'
import { createDatabase, dropDatabase, query } from '../../support/database.ts'
import { until } from '../../support/until.ts'

let project: TestFolder
let data: TestFolder
beforeAll(async () => {
  ;[project, data] = await Promise.all([copySources(/./), makeDataFolder()])
})
afterAll(() => Promise.all([project, data].map((folder) => folder?.remove())))

interface Outcome {
  readonly code: number
  readonly said: string
}

/** Runs a program of the copy. From this test run it gets only the database host. */
const node = (...args: readonly string[]): Promise<Outcome> => nodeWith({}, ...args)

async function nodeWith(
  settings: Readonly<Record<string, string | undefined>>,
  ...args: readonly string[]
): Promise<Outcome> {
  const { PATH, HOME, NODE_COMPILE_CACHE, TEST_DATABASE_HOST } = process.env
  const options = {
    cwd: project.path,
    env: { PATH, HOME, NODE_COMPILE_CACHE, TEST_DATABASE_HOST, ...settings },
    maxBuffer: 1024 * 1024 * 16,
  }
  return promisify(execFile)(process.execPath, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  )
}
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: project.path, encoding: 'utf8' })

test.each([
  [['cart']],
  [['cart', '--stateful', '--stateless']],
  [['cart', 'more', '--stateful']],
  [['cart', '--stateful', '--unknown']],
])('The arguments %j are refused with the usage', (args) => {
  expect(() => readArguments(args)).toThrow(/Usage: .*$/)
})

test('An invalid name is refused with an explanation, and nothing is written', async () => {
  const before = await readFile(join(project.path, 'tributary.config.ts'), 'utf8')
  const { code, said } = await node('tools/new/main.ts', 'accounts', '--stateless')
  expect([code, said]).toEqual([2, expect.stringContaining('the schema of banking has Account')])
  expect(said.trim().split('\n').length).toBe(1)
  expect(await readFile(join(project.path, 'tributary.config.ts'), 'utf8')).toBe(before)
})

test('A service of each kind composes and passes the checks with no further step', async () => {
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'as it is')
  expect(await node('tools/new/main.ts', 'cart', '--stateful')).toMatchObject({ code: 0 })
  expect(await node('tools/new/main.ts', 'reviews', '--stateless')).toMatchObject({ code: 0 })
  const changed = git('status', '--porcelain').trim().split('\n')
  expect(
    changed.filter((line) => !/^\?\? (test\/)?subgraphs\/(cart|reviews)\/$/.test(line)).map((line) => line.trim()),
  ).toEqual(['gateway/schema.graphql', 'gateway/supergraph.graphql', 'tributary.config.ts'].map((path) => `M ${path}`))

  // Checks only the new folders: the rest is unchanged, and takes long to check.
  const folders = ['subgraphs', 'test/subgraphs'].flatMap((each) => [`${each}/cart`, `${each}/reviews`])
  const changes = {
    extends: './tsconfig.json',
    include: ['tributary.config.ts', ...folders],
    compilerOptions: { incremental: false, tsBuildInfoFile: null },
  }
  await writeFile(join(project.path, 'tsconfig.new.json'), JSON.stringify(changes))
  for (const check of [
    // With few files, several threads would check most of the project more than once.
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json', '--singleThreaded'],
    ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', 'tributary.config.ts', ...folders],
    ['gateway/contract/main.ts'],
  ])
    expect(await node(...check)).toMatchObject({ code: 0 })
})

test('The tests of a new service pass, and so do those of all stateless and all stateful services', async () => {
  git('add', '-A')
  const jest = ['node_modules/jest/bin/jest.js', '--runInBand', '--verbose']
  const suites = ['test/subgraphs/(cart|reviews)/', 'test/state(less|ful)/instances', 'test/boundaries']
  // Leaves out tests of the other services and of the gateway's folders, which have not changed.
  const tests = await node(...jest, ...suites, '-t', '^(?!.*\\b(weather|content|banking|no folder above it)\\b)')
  expect(tests).toMatchObject({ code: 0 })
  for (const title of [
    'Every write that cart acknowledged exists once',
    'Requests to reviews get the same bytes',
    'An addition that is sent again is made once',
    'Other services can refer to each review by its key',
    'reviews imports no other service',
  ])
    expect(tests.said).toContain(`✓ ${title}`)

  // Adding it again, or over an existing folder, changes nothing.
  expect((await node('tools/new/main.ts', 'cart', '--stateless')).said).toContain('the registry has a service cart')
  await writeFile(join(project.path, 'subgraphs/orders'), 'mine')
  expect((await node('tools/new/main.ts', 'orders', '--stateful')).said).toContain('subgraphs/orders exists')
  expect(await readFile(join(project.path, 'subgraphs/orders'), 'utf8')).toBe('mine')
})

async function ask(system: System, query: string): Promise<unknown> {
  const authorization = `Bearer ${await (await demoIdentity(data.path)).sign('payer')}`
  const headers = { 'content-type': 'application/json', authorization }
  const response = await fetch(system.url, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const { data: answer, errors } = await readAnswer(response)
  expect(errors).toBeUndefined()
  return answer
}

const cartsBeside = (url: string): string => ownDatabaseUrl('cart', url, {})

async function backUpAndRestore(url: string, copy: string): Promise<void> {
  const folder = join(data.path, 'backup')
  const run = (command: string, settings: Readonly<Record<string, string>>): Promise<Outcome> =>
    nodeWith(settings, `prisma/${command}.ts`, folder)
  const rows = /^(backed up|restored) \d+ rows of \d+ tables\nand 1 rows of 1 tables of cart\n$/
  expect((await run('backup', { DATABASE_URL: url })).said).toMatch(rows)
  expect((await run('restore', { DATABASE_URL: copy })).said).toMatch(rows)
  expect(await query(cartsBeside(copy), 'SELECT name FROM carts')).toEqual([{ name: 'kept' }])
}

test('`npm start` runs both new services with a database of their own, and the playground lists them', async () => {
  const [bank, copy] = await Promise.all([createDatabase('seeded'), createDatabase('empty')])
  const environment = { DATABASE_URL: bank.url }
  const system = await startSystem(data.path, { root: project.path, flags: ['--reviews', '2'], environment })
  try {
    const kinds = (await system.services()).map(({ name, kind, instances }) => [name, kind, instances.length])
    expect(kinds).toEqual(
      expect.arrayContaining([
        ['cart', 'stateful', 1],
        ['reviews', 'stateless', 2],
      ]),
    )
    expect(await ask(system, '{ reviews(first: 1) { edges { node { name } } } }')).toEqual({
      reviews: { edges: [{ node: { name: 'Ash' } }] },
    })
    expect(
      await ask(system, '{ cart: __type(name: "Cart") { name } review: __type(name: "Review") { name } }'),
    ).toEqual({
      cart: { name: 'Cart' },
      review: { name: 'Review' },
    })
    await ask(system, 'mutation { addCart(input: { idempotencyKey: "1", name: "kept" }) { id } }')
    await backUpAndRestore(bank.url, copy.url)
  } finally {
    system.kill('SIGTERM')
    await system.ended
    for (const { url, drop } of [bank, copy]) {
      await dropDatabase(cartsBeside(url))
      await drop()
    }
  }
})

test("A wrong database URL of a new service is refused by its variable's name before anything starts", async () => {
  const environment = { DATA_DIR: data.path, PORT: '0', ADMIN_PORT: '0', CART_DATABASE_URL: 'mysql://localhost/cart' }
  const run = start(environment, [], 'node', project.path)
  let hasEnded = false
  const ended = run.ended.finally(() => {
    hasEnded = true
  })
  await until(() => hasEnded || /^ready /m.test(run.output()))
  run.kill('SIGTERM')
  expect(await ended).toBe(1)
  expect(run.output()).toContain('CART_DATABASE_URL: must be a postgresql:// URL')
})
