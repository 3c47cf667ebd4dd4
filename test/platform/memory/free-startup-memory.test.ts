import { spawnSync } from 'node:child_process'
import { beforeAll, expect, test } from '@jest/globals'
import { gatewayFlags, processEnvironment } from '../../../platform/memory/node-flags.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string
beforeAll(async () => {
  folder = await newFolder()
})

const here = (path: string): string => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)

/** Runs a script with the flags of the gateway; returns its output. */
function run(script: string, flags: readonly string[] = gatewayFlags): string {
  const { PATH = '' } = process.env
  const env = { PATH, ...processEnvironment, NODE_COMPILE_CACHE: folder }
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], { env })
  expect(stderr.toString()).toBe('')
  return stdout.toString().trim()
}

const GARBAGE = `
  const { freeStartupMemory } = await import(${here('platform/memory/free-startup-memory.ts')})
  const megabytes = () => Math.round(process.memoryUsage().heapTotal / 1_000_000)
  let garbage = Array.from({ length: 400_000 }, (_, index) => ({ text: 'number ' + index }))
  const before = megabytes()
  garbage = undefined
  freeStartupMemory()
  console.log(before, megabytes())`

test('Memory that only the start needed is released', () => {
  const [before = 0, after = 0] = run(GARBAGE).split(' ').map(Number)
  expect(before).toBeGreaterThan(30)
  expect(after).toBeLessThan(15)
})

test('A process started without the flags runs', () => {
  expect(run(GARBAGE, [])).toMatch(/^\d+ \d+$/)
})

test('Compiled code is cached for the next start, even by a killed process', () => {
  const start = `
    const { freeStartupMemory } = await import(${here('platform/memory/free-startup-memory.ts')})
    await import(${here('gateway/config/load.ts')})
    freeStartupMemory()
    const stripped = process.moduleLoadList.some((name) => name.includes('amaro'))
    console.log(stripped ? 'stripped types' : 'found all')
    process.kill(process.pid, 'SIGKILL')`
  expect([run(start), run(start)]).toEqual(['stripped types', 'found all'])
})

test('The serving thread loads neither the planner nor a client it may never need', () => {
  const loaded = run(`
    const { createRequire } = await import('node:module')
    await import(${here('gateway/gateway.ts')})
    console.log([...process.moduleLoadList, ...Object.keys(createRequire(import.meta.url).cache)].join(' '))
    process.exit()`)
  expect(loaded).toContain('/node_modules/graphql/')
  expect(loaded).not.toMatch(/undici|\/redis|federation-internals|query-planner|opentelemetry|\/ws\/|NativeModule tls/)
})
