import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const source = (file: string): string => JSON.stringify(new URL(`../../../../${file}`, import.meta.url).href)

const LIMIT = 16 * 1024 * 1024 // bytes

/** The memory of an overfilled store, as a share of its limit. */
const shareOfLimit = (size: number): string => `
  import { createMemoryStore } from ${source('gateway/traffic/cache/memory.ts')}
  import { owned } from ${source('platform/memory/owned.ts')}
  const memory = () => {
    // The second collection frees what the first found unused.
    globalThis.gc()
    globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const answer = Buffer.alloc(${size} + 1, 'x')
  const fill = (store, count) => {
    for (let n = 0; n < count; n++) {
      const representation = Buffer.from('{"__typename":"City","id":"' + n + '"}').toString('latin1')
      const key = 'weather:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG:' + representation
      const tags = ['weather', 'City', 'City:' + n]
      const value = owned(answer.subarray(1))
      store.set([[key, { value, bornAt: Date.now(), maxAge: 60, variesByLanguage: false, tags }]], store.epoch)
    }
    return store
  }
  fill(createMemoryStore(1_000_000), 2_000)
  const before = memory()
  const store = fill(createMemoryStore(${LIMIT}), ${Math.ceil((1.2 * LIMIT) / (size + 500))})
  console.log((memory() - before) / ${LIMIT})
  store.close()`

test.each([20, 500, 5_000])(
  'The cache uses its memory and stays within the limit: entities of %d bytes',
  async (size) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=1', '--input-type=module', '--eval', shareOfLimit(size)],
      { env: {} },
    )
    expect(Number(stdout)).toBeGreaterThan(0.5)
    expect(Number(stdout)).toBeLessThan(1)
  },
)
