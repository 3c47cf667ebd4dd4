import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { gatewayFlags } from '../../../platform/memory/node-flags.ts'

const module = JSON.stringify(new URL('../../../platform/memory/young-generation.ts', import.meta.url).href)

/**
 * Megabytes of the young generation, both halves, of a process that made 100,000 objects a turn and
 * kept the last `kept` of them.
 */
function sizeAfter(kept: number): number {
  const script = `
    const { getHeapSpaceStatistics } = await import('node:v8')
    const { growYoungGenerationWherePaid } = await import(${module})
    growYoungGenerationWherePaid()
    const last = []
    for (let turn = 0; turn < 400; turn++) {
      for (let index = 0; index < 100_000; index++) last[index % ${kept}] = { index, neighbours: [index, index + 1] }
      await new Promise(setImmediate)
    }
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    console.log(space_size / 1_000_000)`
  const { stdout } = spawnSync(process.execPath, [...gatewayFlags, '--input-type=module', '-e', script])
  return Number(stdout.toString())
}

/** Other processes make collections take longer, and so look dear, but not in every run. */
const RUNS = 5

test('the young generation stays small where little survives a collection', () => {
  const sizes = [sizeAfter(100)]
  while (sizes.length < RUNS && Math.min(...sizes) >= 5) sizes.push(sizeAfter(100))
  expect(Math.min(...sizes)).toBeLessThan(5)
})

test('the young generation grows where much does', () => {
  expect(sizeAfter(100_000)).toBeGreaterThan(15)
})
