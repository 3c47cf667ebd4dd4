/** `npm run dev` on a copy of the sources, which the tests change. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { copySources } from '../support/copy.ts'
import type { TestFolder } from '../support/data-folder.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { ask, pidAmong, type System, startSystem } from './system.ts'

let sources: TestFolder
let data: TestFolder
let database: TestDatabase
let system: System
beforeAll(async () => {
  ;[sources, data, database] = await Promise.all([copySources(), makeDataFolder(), createDatabase('seeded')])
  const environment = { DATABASE_URL: database.url }
  system = await startSystem(data.path, { starter: 'dev', root: sources.path, environment })
})
afterAll(async () => {
  system?.kill('SIGTERM')
  await system?.ended
  await Promise.all([sources?.remove(), data?.remove(), database?.drop()])
})

const path = (file: string): string => join(sources.path, file)

/** As editors save: into a new file that takes the old one's place. */
async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(`${path(file)}~`, change(await readFile(path(file), 'utf8')))
  await rename(`${path(file)}~`, path(file))
}

/** What was printed since. */
const since = (mark: number): string => system.output().slice(mark)
const pids = async () => {
  const services = await system.services()
  return ['banking', 'weather', 'content'].map((name) => pidAmong(services, name))
}
const cityType = async (): Promise<unknown> =>
  (await ask(system, { query: '{ __type(name: "City") { description } }' })).data?.['__type']

test('Each change in a service restarts that service alone', async () => {
  for (const round of [1, 2]) {
    const before = await pids()
    const mark = system.output().length
    await edit('subgraphs/weather/main.ts', (text) => `${text}// ${round}\n`)
    await until(() => /^weather +ready/m.test(since(mark)))
    const [banking, weather, content] = await until(async () => {
      const now = await pids()
      return now.every((pid) => pid !== undefined) && now[1] !== before[1] ? now : undefined
    })
    expect([banking, content]).toEqual([before[0], before[2]])
    expect(weather).not.toBe(before[1])
    expect(since(mark).match(/^\S+ +starting$/gm)).toEqual([expect.stringMatching(/^weather/)])
  }
})

test('A change in the gateway restarts the gateway alone, and the next change repairs one that does not run', async () => {
  const before = await pids()
  const mark = system.output().length
  await edit('gateway/gateway.ts', (text) => `throw new Error('on purpose')\n${text}`)
  await until(() => /^gateway +died/m.test(since(mark)))
  await edit('gateway/gateway.ts', (text) => text.replace("throw new Error('on purpose')\n", ''))
  await until(() => /^gateway +ready/m.test(since(mark)))
  expect(await until(async () => ((await pids()).includes(undefined) ? undefined : pids()))).toEqual(before)
  expect(since(mark)).not.toMatch(/^(weather|banking|content|identity)/m)
})

test('A changed schema is composed and served, and one that does not compose leaves everything as it was', async () => {
  const mark = system.output().length
  await edit('subgraphs/weather/schema.graphql', (text) => `${text}\ntype Query { broken: Nothing }\n`)
  await until(() => /The schemas do not compose/.test(since(mark)))
  expect(since(mark)).not.toMatch(/^weather/m)
  await edit('subgraphs/weather/schema.graphql', (text) =>
    text.replace('\ntype Query { broken: Nothing }\n', '').replace('"A city of', '"Composed anew: a city of'),
  )
  await until(async () => JSON.stringify(await cityType())?.includes('Composed anew'))
  expect(since(mark)).toMatch(/^weather +starting$/m)
})
