import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'

const source = (file: string): string => JSON.stringify(new URL(`../../../gateway/${file}`, import.meta.url).href)

/**
 * Reads 400 distinct documents, of half a megabyte of heap each, in a process whose heap holds only
 * what the store may keep.
 */
const script = (text: string): string => `
  import { buildSchema } from 'graphql'
  import { defaultLimits } from ${source('limits/limits.ts')}
  import { createDocuments } from ${source('document/documents.ts')}
  const schema = buildSchema('type Query { a: A list(of: [Int]): Int } type A { id: Int a: A }')
  const declared = { weights: new Map(), sizes: new Map() }
  const documents = createDocuments({ schema, declared, limits: defaultLimits }, [])
  for (let n = 0; n < 400; n++) {
    documents.get(${text}).operation(undefined).estimate({})
  }
  console.log('done')`

describe('a stream of distinct documents', () => {
  test.each([
    ['of many short fields', `'{ a' + n + ': a {' + 'a{a{id}}'.repeat(150) + '} }'`],
    ['of many values', `'{ l' + n + ': list(of: [' + '1 '.repeat(2000) + ']) }'`],
  ])(
    '%s stays within the bytes that the store may take',
    async (_what, text) => {
      const flags = ['--max-old-space-size=150', '--input-type=module', '--eval', script(text)]
      const { stdout } = await promisify(execFile)(process.execPath, flags, { env: {} })
      expect(stdout).toBe('done\n')
    },
    120_000,
  )
})
