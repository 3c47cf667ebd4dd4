/**
 * `npm run dev` on a copy of the sources, which the tests change, with a database and a service
 * that run elsewhere.
 */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Instance, startInstance } from '../stateless/support/instances.ts'
import { copySources } from '../support/copy.ts'
import type { TestFolder } from '../support/data-folder.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { createDatabase, query, type TestDatabase } from '../support/database.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { until } from '../support/until.ts'
import { ask, pidAmong, type System, startSystem } from './system.ts'

let sources: TestFolder
let data: TestFolder
let database: TestDatabase
let weather: Instance
let system: System
beforeAll(async () => {
  ;[sources, data, database, weather] = await Promise.all([
    copySources(),
    makeDataFolder(),
    createDatabase('empty'),
    startInstance('weather'),
  ])
  const environment = { DATABASE_URL: database.url, WEATHER_URL: weather.url, GATEWAY_SECRET: TEST_SECRET }
  system = await startSystem(data.path, { starter: 'dev', root: sources.path, environment })
})
afterAll(async () => {
  system?.kill('SIGTERM')
  await system?.ended
  await Promise.all([weather?.kill(), sources?.remove(), data?.remove(), database?.drop()])
})

const path = (file: string): string => join(sources.path, file)

/** Saves as editors do: writes a new file and renames it over the old one. */
async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(`${path(file)}~`, change(await readFile(path(file), 'utf8')))
  await rename(`${path(file)}~`, path(file))
}

/** The output since `mark`. */
const since = (mark: number): string => system.output().slice(mark)
const pids = async () => {
  const services = await system.services()
  return ['banking', 'weather', 'content'].map((name) => pidAmong(services, name))
}
const assetType = async (): Promise<unknown> =>
  (await ask(system, { query: '{ __type(name: "Asset") { description } }' })).data?.['__type']

test('An external database is migrated and filled, and no local one is started', async () => {
  expect(await readdir(data.path)).not.toContain('postgres')
  expect(await query(database.url, 'SELECT 1 FROM _prisma_migrations')).not.toEqual([])
  expect(system.output()).toMatch(/^demo data +done/m)
})

test('An external service is used, and no local one of its kind is started', async () => {
  const services = await system.services()
  expect(services.find(({ name }) => name === 'weather')?.instances).toEqual([
    { url: weather.url, pid: weather.pid, health: 'healthy' },
  ])
  expect(system.output()).not.toMatch(/^weather/m)
  const query = '{ cities(search: "Lisbon", first: 1) { edges { node { name } } } }'
  expect(await ask(system, { query })).toEqual({
    data: { cities: { edges: [{ node: { name: expect.any(String) } }] } },
  })
})

test('Each change in a service restarts that service alone', async () => {
  for (const round of [1, 2]) {
    const before = await pids()
    const mark = system.output().length
    await edit('subgraphs/content/main.ts', (text) => `${text}// ${round}\n`)
    await until(() => /^content +ready/m.test(since(mark)))
    const now = await until(async () => {
      const now = await pids()
      return now.every((pid) => pid !== undefined) && now[2] !== before[2] ? now : undefined
    })
    expect(now.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(since(mark).match(/^\S+ +starting$/gm)).toEqual([expect.stringMatching(/^content/)])
  }
})

test('A change in the gateway restarts only the gateway, and the next change repairs a broken one', async () => {
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
  await edit('subgraphs/content/schema.graphql', (text) => `${text}\ntype Query { broken: Nothing }\n`)
  await until(() => /The schemas do not compose/.test(since(mark)))
  expect(since(mark)).not.toMatch(/^content/m)
  await edit('subgraphs/content/schema.graphql', (text) =>
    text.replace('\ntype Query { broken: Nothing }\n', '').replace('"A file with', '"Composed anew: a file with'),
  )
  await until(async () => JSON.stringify(await assetType())?.includes('Composed anew'))
  expect(since(mark)).toMatch(/^content +starting$/m)
})
