import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { descendantsOf, isAlive, processesIn } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { type Run, run } from './system.ts'

let folder: TestFolder
beforeAll(async () => {
  folder = await makeDataFolder()
})
afterAll(() => folder.remove())

const start = (environment: Record<string, string> = {}): Run =>
  run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0', ...environment })

const serverProcesses = (): Promise<number[]> => processesIn(join(folder.path, 'postgres/cluster'))

test('A stop during the start exits cleanly and leaves nothing behind', async () => {
  const started = start()
  await until(async () => (await serverProcesses()).length > 0)
  const children = await descendantsOf(started.pid)
  started.kill('SIGTERM')
  expect(await started.ended).toBe(0)
  expect(started.output()).not.toContain('ready http')
  for (const pid of children) expect(await isAlive(pid)).toBe(false)
  expect(await serverProcesses()).toEqual([])
})

test('A process that can never start stops the others, and says why once', async () => {
  const started = start({ DATABASE_URL: 'postgresql://bank@127.0.0.1:1/bank' })
  expect(await started.ended).toBe(1)
  expect(started.output().match(/^DATABASE_URL: no connection/gm)).toHaveLength(1)
  for (const label of ['gateway', 'weather', 'content'])
    expect(started.output()).toMatch(new RegExp(`^${label} +stopped$`, 'm'))
  expect(await serverProcesses()).toEqual([])
})

test('After an interrupted start the next one succeeds, and Ctrl-C stops all of it in order', async () => {
  const started = run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0' }, [], 'npm')
  await until(() => started.output().includes('\nready http'))
  started.interrupt()
  expect(await started.ended).toBe(0)
  expect(started.output()).not.toContain('died')
  expect(started.output()).toMatch(/^gateway +stopped$[\s\S]*^banking +stopped$[\s\S]*^database +stopped$/m)
})
