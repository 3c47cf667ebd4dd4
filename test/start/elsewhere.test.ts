import { type ChildProcess, fork } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { announced } from '../support/processes.ts'
import { ask, type System, startSystem } from './system.ts'

const secret = 'a secret of sixteen characters or more'

let folder: TestFolder
let database: TestDatabase
let weather: ChildProcess
let weatherUrl: string
let system: System
beforeAll(async () => {
  folder = await makeDataFolder()
  database = await createDatabase('empty')
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', GATEWAY_SECRET: secret, LOG_LEVEL: 'silent' }
  weather = fork(new URL('../../subgraphs/weather/main.ts', import.meta.url), { env, execArgv: [] })
  weatherUrl = await announced(weather)
  const environment = { DATABASE_URL: database.url, WEATHER_URL: weatherUrl, GATEWAY_SECRET: secret }
  system = await startSystem(folder.path, { environment })
})
afterAll(async () => {
  system.kill('SIGTERM')
  await system.ended
  weather.kill('SIGTERM')
  await database.drop()
  await folder.remove()
})

test('An external database is migrated and filled, and no local one is started', async () => {
  expect(await readdir(folder.path)).not.toContain('postgres')
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const { rowCount } = await client.query('SELECT 1 FROM _prisma_migrations')
  await client.end()
  expect(rowCount).toBeGreaterThan(0)
  expect(system.output()).toMatch(/^demo data +done/m)
})

test('An external service is used, and no local one of its kind is started', async () => {
  const services = await system.services()
  expect(services.find(({ name }) => name === 'weather')?.instances).toEqual([
    { url: weatherUrl, pid: weather.pid, health: 'healthy' },
  ])
  expect(system.output()).not.toMatch(/^weather/m)
  const { data, errors } = await ask(system, {
    query: '{ cities(search: "Lisbon", first: 1) { edges { node { name } } } }',
  })
  expect(errors).toBeUndefined()
  expect(data).toMatchObject({ cities: { edges: [{ node: { name: expect.any(String) } }] } })
})
