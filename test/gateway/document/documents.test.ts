import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { createDocuments, type Documents } from '../../../gateway/document/documents.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'

const source = (file: string): string => JSON.stringify(new URL(`../../../gateway/${file}`, import.meta.url).href)

const SCHEMA = 'type Query { a: A list(of: [Int]): Int } type A { id: Int a: A }'
const declared = { weights: new Map(), sizes: new Map() }

async function run(script: string, ...flags: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '--eval', `${head}${script}`],
    { env: {} },
  )
  return stdout
}

const head = `
  import { buildSchema } from 'graphql'
  import { defaultLimits } from ${source('limits/limits.ts')}
  import { createDocuments } from ${source('document/documents.ts')}
  const schema = buildSchema(${JSON.stringify(SCHEMA)})
  const declared = { weights: new Map(), sizes: new Map() }
  const open = () => createDocuments({ schema, declared, limits: defaultLimits }, [])
  const meet = async (documents, text) => {
    const operation = documents.get(text).operation(undefined)
    operation.estimate({})
    await operation.document.requireValid()
  }`

/** Reads 400 distinct documents, of 12 MB of text, in a heap that holds what the store may keep. */
const manyLarge = `
  const documents = open()
  for (let n = 0; n < 400; n++) await meet(documents, '{ l' + n + ': list(of: [' + '1 '.repeat(2000) + ']) }')
  console.log('done')`

describe('document store', () => {
  test('A stream of distinct documents stays within the bytes the store may use', async () => {
    expect(await run(manyLarge, '--max-old-space-size=60')).toBe('done\n')
  })

  test('A stream of distinct documents does not displace a document in use', async () => {
    const documents = open()
    const used = '{ a { id } }'
    await meet(documents, used)
    expect(documents.find(used)).toBeDefined()
    for (let n = 0; n < 3_000; n++) await meet(documents, `{ a${n}: a { id } ${'#'.repeat(5_000)}\n }`)
    expect(documents.find(used)).toBeDefined()
    expect(documents.find(`{ a0: a { id } ${'#'.repeat(5_000)}\n }`)).toBeUndefined()
    expect(documents.keptBytes).toBeLessThan(8 * 1024 * 1024)
  })
})

/** Heap that 4 MB of documents take over what is counted for them. */
const shareOfCounted = (text: string): string => `
  const heap = () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
  const textOf = (n) => ${text}
  const warm = open()
  for (let n = 1e6; n < 1e6 + 50; n++) await meet(warm, textOf(n))
  const documents = open()
  const before = heap()
  for (let n = 0; documents.keptBytes < 4e6; n++) await meet(documents, textOf(n))
  console.log((heap() - before) / documents.keptBytes)
  console.error(warm.keptBytes)`

test.each([
  ['tiny', `'{a' + n + ':__typename}'`],
  ['small', `'query Q' + n + ' { a { id } l' + n + ': list(of: [1]) }'`],
  ['of fields', `'{ a' + n + ': a {' + 'a{a{id}}'.repeat(50) + '} }'`],
  ['of aliases', `'{' + Array.from({ length: 50 }, (_, i) => ' a' + n + '_' + i + ': a { id }').join('') + '}'`],
  ['of values', `'{ l' + n + ': list(of: [' + '1 '.repeat(300) + ']) }'`],
  [
    'of variables',
    `'query Q' + n + '($v: [Int]) { ' + Array.from({ length: 50 }, (_, i) => 'l' + i + ': list(of: $v)').join(' ') + '}'`,
  ],
  ['of fragments', `'{ a { ...F' + n + ' } } fragment F' + n + ' on A { a { a { id } } id }'`],
  ['of strings', `'{ a { id @include(if: true) } } #' + n + 'ä'.repeat(1000)`],
])('Documents that are %s use no more heap than is counted for them', async (_what, text) => {
  const share = Number(await run(shareOfCounted(text), '--expose-gc', '--no-flush-bytecode'))
  expect(share).toBeGreaterThan(0.1)
  expect(share).toBeLessThan(1)
})

test('Only valid documents are kept', async () => {
  const documents = open()
  const wrong = '{ nothing }'
  for (let times = 0; times < 2; times++) {
    await expect(meet(documents, wrong)).rejects.toThrow(AggregateError)
    expect(documents.find(wrong)).toBeUndefined()
  }
  expect(documents.keptBytes).toBe(0)
})

const open = (): Documents => createDocuments({ schema: buildSchema(SCHEMA), declared, limits: defaultLimits }, [])

async function meet(documents: Documents, text: string): Promise<void> {
  const operation = documents.get(text).operation(undefined)
  operation.estimate({})
  await operation.document.requireValid()
}
