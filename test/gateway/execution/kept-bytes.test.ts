/**
 * The engine's count of bytes for kept operations is at least their real size. `OPERATIONS=1000`
 * measures more of them.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from '@jest/globals'

const gateway = new URL('../../../gateway/', import.meta.url)
const source = (file: string): string => JSON.stringify(new URL(file, gateway).href)

const OPERATIONS = Number(process.env['OPERATIONS'] ?? 400)

// Many: what else the process keeps, or gives back meanwhile, is of the size of some.
const kinds = [
  ['of introspection', `'{ a' + n + ': __typename }'`],
  [
    'of many fields',
    `'{ ' + Array.from({ length: 20 }, (_, i) => 'a' + n + '_' + i + ': article(slug: "' + i + '") { title slug }').join(' ') + ' }'`,
  ],
  [
    'of fragments',
    `'query Q' + n + ' { article(slug: "a") { ...F' + n + ' } } fragment F' + n + ' on Article { title slug }'`,
  ],
  ['of several services', `'query Q' + n + ' { me { name } article(slug: "a") { title slug } }'`],
  ['of one field', `'{ a' + n + ': __typename article(slug: "a") { title } }'`],
  [
    'in many forms, whose conditions have long names',
    `n % 100 > 0 ? '{ article(slug: "' + n + '") { id } }' : 'query Q' + n + '(' + long.map((name) => '$' + name + ': Boolean!').join() + ') { article(slug: "a") { ' + long.map((name) => 'id @include(if: $' + name + ')').join(' ') + ' } }'`,
  ],
] as const

/** Says of each kind what heap operations and their documents take over what the engine counts. */
const sharesOfCounted = `
  import { readFileSync } from 'node:fs'
  import { parse } from 'graphql'
  import { createEngine } from ${source('execution/engine.ts')}
  const supergraph = readFileSync(new URL(${source('supergraph.graphql')}), 'utf8')
  const engine = await createEngine(supergraph, { cacheBytes: 1e9 })
  // What waits to be finalized goes with the next collection.
  const heap = async () => {
    for (let turns = 0; turns < 3; turns++) {
      globalThis.gc()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return process.memoryUsage().heapUsed
  }
  const long = Array.from({ length: 50 }, (_, at) => 'x'.repeat(1000) + at)
  const formsOf = (query) =>
    query.includes('$')
      ? long.map((_, only) => Object.fromEntries(long.map((name, at) => [name, at === only])))
      : []
  const meet = (query) => engine.prepare(query, parse(query, { noLocation: true })).warm(formsOf(query))
  const texts = [${kinds.map(([, text]) => `(n) => ${text}`).join()}]
  // What the process keeps of the first ones is no operation's.
  for (const text of texts) for (let n = 5000; n < 5100; n++) await meet(text(n))
  for (const text of texts) {
    const [before, counted] = [await heap(), engine.cachedBytes]
    for (let n = 0; n < ${OPERATIONS}; n++) await meet(text(n))
    console.log(((await heap()) - before) / (engine.cachedBytes - counted))
  }
  await engine.close()`

let shares: readonly number[]
beforeAll(async () => {
  const flags = ['--expose-gc', '--no-flush-bytecode', '--eval', sharesOfCounted]
  const { NODE_COMPILE_CACHE } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, flags, { env: { NODE_COMPILE_CACHE } })
  shares = stdout.trim().split('\n').map(Number)
})

test.each(kinds.map(([kind], index) => [kind, index] as const))(
  'Operations %s use no more heap than is counted for them',
  (_kind, index) => {
    expect(shares[index]).toBeGreaterThan(0.1)
    expect(shares[index]).toBeLessThan(1)
  },
)
