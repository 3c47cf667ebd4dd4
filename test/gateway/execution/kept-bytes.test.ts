import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const gateway = new URL('../../../gateway/', import.meta.url)
const source = (file: string): string => JSON.stringify(new URL(file, gateway).href)

/** Heap that operations and their documents take over what the engine counts for them. */
const shareOfCounted = (text: string, operations: number): string => `
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
  const meet = async (n) => {
    const query = ${text}
    await engine.prepare(query, parse(query, { noLocation: true })).warm()
  }
  for (let n = 5000; n < 5020; n++) await meet(n)
  const [before, counted] = [await heap(), engine.cachedBytes]
  for (let n = 0; n < ${operations}; n++) await meet(n)
  console.log(((await heap()) - before) / (engine.cachedBytes - counted))
  await engine.close()`

test.each([
  // Many: what else the process keeps, or gives back meanwhile, is of the size of some.
  ['of one field', 1_000, `'{ a' + n + ': __typename article(slug: "a") { title } }'`],
  ['of introspection', 1_000, `'{ a' + n + ': __typename }'`],
  [
    'of many fields',
    1_000,
    `'{ ' + Array.from({ length: 20 }, (_, i) => 'a' + n + '_' + i + ': article(slug: "' + i + '") { title slug }').join(' ') + ' }'`,
  ],
  [
    'of fragments',
    1_000,
    `'query Q' + n + ' { article(slug: "a") { ...F' + n + ' } } fragment F' + n + ' on Article { title slug }'`,
  ],
  ['of several services', 1_000, `'query Q' + n + ' { me { name } article(slug: "a") { title slug } }'`],
])(
  'Operations %s use no more heap than is counted for them',
  async (_what, operations, text) => {
    const flags = ['--expose-gc', '--no-flush-bytecode', '--eval', shareOfCounted(text, operations)]
    const { stdout } = await promisify(execFile)(process.execPath, flags, { env: {} })
    expect(Number(stdout)).toBeGreaterThan(0.1)
    expect(Number(stdout)).toBeLessThan(1)
  },
  60_000,
)
