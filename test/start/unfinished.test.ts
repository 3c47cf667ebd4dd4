/** `npm start` on incomplete changes, as newcomers make them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { copySources } from '../support/copy.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { nowhere } from '../support/nowhere.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { until } from '../support/until.ts'
import { run } from './system.ts'

let sources: TestFolder
let data: TestFolder
/** The original contents of changed files. */
const originals = new Map<string, string>()
beforeAll(async () => {
  ;[sources, data] = await Promise.all([copySources(), makeDataFolder()])
})
afterEach(async () => {
  for (const [path, text] of originals) await writeFile(path, text)
  originals.clear()
})
afterAll(async () => {
  await Promise.all([sources, data].map((folder) => folder.remove()))
})

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(sources.path, file)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(from)
  originals.set(path, text)
  await writeFile(path, text.replace(from, to))
}
const start = (environment: Record<string, string> = {}) =>
  run({ DATA_DIR: data.path, PORT: '0', ADMIN_PORT: '0', ...environment }, [], 'node', sources.path)

test('A registered service with neither a program nor an address stops the start in one line', async () => {
  await edit('tributary.config.ts', 'weather: stateless(),', 'weather: stateless(),\n    reviews: stateless(),')
  const started = start()
  expect(await started.ended).toBe(1)
  expect(started.output()).toBe('reviews: no subgraphs/reviews/main.ts and no REVIEWS_URL. Nothing was started.\n')
})

test('A service with an address in tributary.config.ts needs its secret', async () => {
  await edit(
    'tributary.config.ts',
    'weather: stateless(),',
    "weather: stateless({ addresses: ['http://127.0.0.1:1'] }),",
  )
  const started = start()
  expect(await started.ended).toBe(1)
  expect(started.output()).toBe(
    'GATEWAY_SECRET: is required, the one of the services that run elsewhere (weather). Nothing was started.\n',
  )
})

test('A stale supergraph is reported once, with the command that updates it', async () => {
  await edit('subgraphs/weather/schema.graphql', '"A city of', '"A town of')
  // The gateway reports it by the sources, wherever the services run.
  const started = start({ ...nowhere, GATEWAY_SECRET: TEST_SECRET })
  await until(() => /^gateway +ready/m.test(started.output()))
  started.kill('SIGTERM')
  expect(await started.ended).toBe(0)
  expect(started.output().match(/^.*stale.*$/gm)).toEqual([
    'gateway       gateway/supergraph.graphql is stale (weather): `npm run supergraph` mends it',
  ])
})
