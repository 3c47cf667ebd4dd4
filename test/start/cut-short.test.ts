/** Interrupted starts without the bank; `lifecycle.test.ts` has those with it. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { nowhere } from '../support/nowhere.ts'
import { descendantsOf, isAlive, processesIn } from '../support/processes.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { until } from '../support/until.ts'
import { type Run, run, type Starter } from './system.ts'

let folder: TestFolder
beforeAll(async () => {
  folder = await makeDataFolder()
})
afterAll(() => folder.remove())

const start = (environment: Record<string, string> = {}, starter: Starter = 'node'): Run =>
  run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0', ...environment }, [], starter)

/** Starts only gateway and identity provider by npm; returns all of their processes. */
async function startByNpm(): Promise<{ started: Run; processes: readonly number[] }> {
  const started = start({ ...nowhere, GATEWAY_SECRET: TEST_SECRET }, 'npm')
  await until(() => ['gateway', 'identity'].every((label) => isReady(started, label)))
  const processes = [started.pid, ...(await descendantsOf(started.pid))]
  expect(processes.length).toBeGreaterThan(3)
  return { started, processes }
}

const isReady = (started: Run, label: string): boolean => new RegExp(`^${label} +ready`, 'm').test(started.output())

test('A process that can never start stops the others, and says why once', async () => {
  const started = start({ DATABASE_URL: 'postgresql://bank@127.0.0.1:1/bank' })
  expect(await started.ended).toBe(1)
  expect(started.output().match(/^DATABASE_URL: no connection/gm)).toHaveLength(1)
  for (const label of ['gateway', 'weather', 'content'])
    expect(started.output()).toMatch(new RegExp(`^${label} +stopped$`, 'm'))
  expect(await processesIn(join(folder.path, 'postgres/cluster'))).toEqual([])
})

test('No process outlives a killed npm', async () => {
  const { started, processes } = await startByNpm()
  started.kill('SIGKILL')
  for (const pid of processes) await until(async () => !(await isAlive(pid)))
})

test('SIGTERM to npm stops the gateway first, leaves nothing behind and exits with 0', async () => {
  const { started, processes } = await startByNpm()
  started.kill('SIGTERM')
  expect(await started.ended).toBe(0)
  const stopped = [...started.output().matchAll(/^(\w+) +stopped$/gm)].map(([, label]) => label)
  expect(stopped).toEqual(['gateway', 'identity'])
  for (const pid of processes) expect(await isAlive(pid)).toBe(false)
})
