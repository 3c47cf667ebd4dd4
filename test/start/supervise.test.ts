import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runJob } from '../../start/job.ts'
import type { ProcessSpec } from '../../start/processes.ts'
import { type ProcessState, supervise } from '../../start/supervise.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { descendantsOf } from '../support/processes.ts'
import { until } from '../support/until.ts'

let folder: TestFolder
beforeAll(async () => {
  folder = await makeDataFolder()
})
afterAll(() => folder.remove())

const fixture = (behaviour: string): ProcessSpec & { file: string } => {
  const file = join(folder.path, `${expect.getState().currentTestName}`)
  return {
    label: 'fixture',
    program: fileURLToPath(new URL('fixture.ts', import.meta.url)),
    environment: { BEHAVIOUR: behaviour, FILE: file },
    file,
  }
}
const starts = async ({ file }: { file: string }): Promise<number> => (await readFile(file, 'utf8')).length
const atOnce = async (): Promise<void> => {}

test('A process that never serves is abandoned with an explanation', async () => {
  const spec = fixture('never starts')
  await expect(supervise(spec, atOnce, () => {}).ready).rejects.toThrow('fixture cannot start (exit code 7).')
  expect(await starts(spec)).toBe(3)
})

test('A process or job that says why it cannot start is not restarted, and its reason is shown', async () => {
  const reason = 'COLOUR: must be a colour. Nothing was started.'
  const process = fixture('refuses')
  await expect(supervise(process, atOnce, () => {}).ready).rejects.toThrow(reason)
  expect(await starts(process)).toBe(1)
  const job = { ...process, environment: { ...process.environment, FILE: `${process.file} as a job` } }
  await expect(runJob(job, () => {}, new AbortController().signal)).rejects.toThrow(reason)
  expect(await starts({ file: `${process.file} as a job` })).toBe(1)
})

test('A process that dies while starting is started again', async () => {
  const spec = fixture('starts the second time')
  const supervised = supervise(spec, atOnce, () => {})
  expect(await supervised.ready).toBe('http://127.0.0.1:1')
  await supervised.stop()
  expect(await starts(spec)).toBe(2)
})

test('A process that served is restarted with growing delays, and never after a stop', async () => {
  const spec = fixture('serves')
  const states: ProcessState[] = []
  const supervised = supervise(spec, atOnce, (_label, state) => void states.push(state))
  const count = (state: string): number => states.filter((each) => each.state === state).length
  for (let deaths = 0; deaths < 3; deaths++) {
    await until(() => count('ready') === deaths + 1)
    for (const pid of await descendantsOf(process.pid)) {
      const command = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      if (command.includes(spec.file)) process.kill(pid, 'SIGKILL')
    }
    await until(() => count('died') === deaths + 1)
  }
  expect(states.flatMap((state) => (state.state === 'died' ? [state.how, state.delay] : []))).toEqual([
    'SIGKILL',
    100,
    'SIGKILL',
    200,
    'SIGKILL',
    400,
  ])
  await supervised.stop()
  expect(states.at(-1)?.state).toBe('stopped')
  expect(await starts(spec)).toBe(count('starting'))
})

test('A failed job is retried, and abandoned in the end', async () => {
  const spec = fixture('never starts')
  const failed = runJob(spec, () => {}, new AbortController().signal)
  await expect(failed).rejects.toThrow('fixture failed 3 times (exit code 7).')
  expect(await starts(spec)).toBe(3)
})

test('A held process stays stopped, and starts again at once when it is released', async () => {
  const spec = fixture('serves')
  const states: string[] = []
  const supervised = supervise(spec, atOnce, (_label, { state }) => void states.push(state))
  await supervised.ready
  expect(supervised.state()).toBe('running')
  supervised.hold()
  expect(supervised.state()).toBe('stopping')
  await until(() => supervised.state() === 'stopped')
  supervised.restart()
  supervised.hold()
  expect([supervised.state(), await starts(spec)]).toEqual(['stopped', 1])
  supervised.release()
  await until(() => supervised.state() === 'running')
  supervised.hold()
  supervised.release()
  await until(async () => (await starts(spec)) === 3 && supervised.state() === 'running')
  supervised.hold()
  await supervised.stop()
  expect(states).not.toContain('died')
})
