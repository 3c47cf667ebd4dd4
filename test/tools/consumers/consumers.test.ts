/**
 * `npm run consumers`: the shipped contracts hold, and a change that breaks a client is reported.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { processEnvironment } from '../../../platform/memory/node-flags.ts'
import { readArguments } from '../../../tools/consumers/arguments.ts'
import { startInstance } from '../../stateless/support/instances.ts'
import { copySources } from '../../support/copy.ts'
import { makeDataFolder, type TestFolder } from '../../support/data-folder.ts'
import { createDatabase } from '../../support/database.ts'
import { TEST_SECRET } from '../../support/signed-call.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const PARTS =
  /^(client|gateway|install|platform|prisma|start|subgraphs|tools)\/|^((start|tributary\.config)\.ts|package\.json)$/

let copy: TestFolder
let folder: TestFolder
beforeAll(async () => {
  ;[copy, folder] = await Promise.all([copySources(PARTS), makeDataFolder()])
})
afterAll(() => Promise.all([copy, folder].map((each) => each?.remove())))

async function consumers(cwd: string, args: readonly string[], env = {}): Promise<{ code: number; said: string }> {
  const { PATH, HOME } = process.env
  const options = { cwd, env: { ...processEnvironment, PATH, HOME, ...env } }
  return promisify(execFile)(process.execPath, ['tools/consumers/main.ts', ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  )
}

const GIVEN = JSON.parse(readFileSync(join(root, 'client/contracts/given.json'), 'utf8'))

/** The shipped contract of several services, in one file. */
async function readOverview(): Promise<string> {
  const contract = JSON.parse(await readFile(join(root, 'client/contracts/web-app/overview.contract.json'), 'utf8'))
  const operation = await readFile(join(root, 'gateway/operations/1-overview.graphql'), 'utf8')
  return JSON.stringify({ ...contract, operationFile: undefined, operation })
}

/** Writes a contract and its `given.json` into a new folder. */
async function writeContract(name: string, contract: string, given: unknown): Promise<string> {
  const path = join(folder.path, name)
  await mkdir(path)
  await writeFile(join(path, 'given.json'), JSON.stringify(given))
  await writeFile(join(path, `${name}.contract.json`), contract)
  return path
}

/** Changes a source of the copy, checks it, and restores it. */
async function withChange(file: string, from: string, to: string, look: () => Promise<void>): Promise<void> {
  const path = join(copy.path, file)
  const before = await readFile(path, 'utf8')
  expect(before).toContain(from)
  await writeFile(path, before.replace(from, to))
  await look().finally(() => writeFile(path, before))
}

test('The shipped contracts hold for the product and for each service alone', async () => {
  const database = await createDatabase('seeded')
  try {
    const { code, said } = await consumers(root, ['--json'], { DATABASE_URL: database.url })
    const outcomes = JSON.parse(said) as { client: string; operation: string; party: string; problems: string[] }[]
    expect([code, outcomes.flatMap(({ problems }) => problems)]).toEqual([0, []])
    expect(outcomes.filter(({ operation }) => operation === 'Overview').map(({ party }) => party)).toEqual([
      'schema',
      'product',
      'banking',
      'weather',
      'content',
    ])
    // A subscription: its stream, its trigger, and the services that join its event.
    expect(outcomes.filter(({ operation }) => operation === 'Follow').map(({ party }) => party)).toEqual([
      'schema',
      'product',
      'banking',
      'weather',
    ])
    const text = await readFile(join(root, 'client/contracts/web-app/follow.contract.json'), 'utf8')
    const wrong = join(folder.path, 'follow.contract.json')
    await writeFile(wrong, text.replace('"kind": "TRANSFER_POSTED"', '"kind": "HOLD_PLACED"'))
    const settings = { DATABASE_URL: database.url, DATA_DIR: folder.path, GATEWAY_SECRET: TEST_SECRET }
    const bank = await startInstance('banking', 0, { ...settings, NODE_ENV: 'test' })
    const broken = await consumers(root, ['--service', 'banking', wrong], { ...settings, BANKING_URL: bank.url })
    await bank.kill()
    const place = 'accountActivity.kind: expected "HOLD_PLACED", got "TRANSFER_POSTED"'
    expect([broken.code, broken.said]).toEqual([1, expect.stringContaining(place)])
  } finally {
    await database.drop()
  }
})

test('A service with another answer is reported with client, operation, file and place, without the other services', async () => {
  await withChange(
    'subgraphs/weather/resolvers/resolvers.ts',
    'City: {',
    "City: {\n    country: () => 'Portugal',",
    async () => {
      const { code, said } = await consumers(copy.path, ['--service', 'weather'])
      expect([code, said]).toEqual([1, expect.stringContaining('city.country: expected "PT", got "Portugal"')])
      expect(said).toContain('travel-planner 2.1.0: CityOfTravel  client/contracts/travel/city.contract.json')
      expect(said).toMatch(/^weather breaks travel-planner 2\.1\.0: CityOfTravel$/m)
    },
  )
})

test('A service that already runs, in any language, is tested at its address', async () => {
  const instance = await startInstance('weather')
  try {
    const env = { WEATHER_URL: instance.url, GATEWAY_SECRET: TEST_SECRET }
    const { code, said } = await consumers(root, ['--service', 'weather', 'client/contracts/travel'], env)
    expect([code, said]).toEqual([0, expect.stringMatching(/^ {2}weather +holds$/m)])
    // Expects a wrong value of an entity that another service refers to.
    const wrong = (await readOverview()).replace('"min":-90,"max":60', '"min":61')
    const hot = await consumers(root, ['--service', 'weather', await writeContract('hot', wrong, GIVEN)], env)
    const place = 'me.accounts.edges.0.node.branch.city.weather.current.temperature: expected a number from 61'
    expect([hot.code, hot.said]).toEqual([1, expect.stringContaining(place)])
    await instance.kill()
    const gone = await consumers(root, ['--service', 'weather', 'client/contracts/travel'], env)
    expect([gone.code, gone.said]).toEqual([1, expect.stringContaining('cannot be asked')])
  } finally {
    await instance.kill()
  }
})

test('A removed field is reported before anything is started', async () => {
  await withChange(
    'subgraphs/weather/schema.graphql',
    '  timeZone: TimeZone!\n  population',
    '  population',
    async () => {
      const { code, said } = await consumers(copy.path, ['--service', 'weather', 'client/contracts/travel'])
      expect([code, said]).toEqual([1, expect.stringContaining('Cannot query field "timeZone" on type "City"')])
      expect(said).toMatch(/^weather breaks travel-planner 2\.1\.0: CityOfTravel$/m)
    },
  )
})

test('A contract must give the keys that a service alone cannot know', async () => {
  const contracts = await writeContract('ungiven', await readOverview(), { ...GIVEN, City: undefined })
  // No service needs to answer.
  const env = { WEATHER_URL: 'http://127.0.0.1:1', GATEWAY_SECRET: TEST_SECRET }
  const { code, said } = await consumers(root, ['--service', 'weather', contracts], env)
  expect([code, said]).toEqual([1, expect.stringContaining('`given` must tell City.id')])
  expect(said).not.toContain('cannot be asked')
})

const CONTRACT = { client: 'a', operation: 'query A { city(id: "1") { id } }', answer: {} }
test.each([
  [{ ...CONTRACT, client: undefined }, 'client: '],
  [{ ...CONTRACT, operation: 'query A {' }, 'the operation is no GraphQL (1:10'],
  [{ ...CONTRACT, operation: '{ city(id: "1") { id } }' }, 'have a name'],
  [{ ...CONTRACT, trigger: { operation: 'mutation { a }' } }, 'trigger: must be one mutation, beside a subscription'],
  [
    { ...CONTRACT, operation: 'subscription A { a }', trigger: { operation: '{ a }' } },
    'trigger: must be one mutation, beside a subscription',
  ],
  [{ ...CONTRACT, operation: undefined }, 'one of operation and operationFile'],
  [{ ...CONTRACT, operation: undefined, operationFile: 'missing.graphql' }, 'cannot be read'],
  [{ ...CONTRACT, answer: { city: { $match: 'nothing' } } }, 'answer.city.$match'],
  [{ ...CONTRACT, extra: 1 }, 'extra'],
])('The contract %j is refused with its file and path', async (contract, reason) => {
  const file = join(folder.path, 'wrong.contract.json')
  await writeFile(file, JSON.stringify(contract))
  const { readContracts } = await import('../../../tools/consumers/contracts/contract.ts')
  await expect(readContracts([file])).rejects.toThrow(reason)
  await expect(readContracts([file])).rejects.toThrow('wrong.contract.json: ')
})

test.each([
  [['--service', 'nobody'], 'there is no nobody'],
  [['--service', 'weather', '--url', 'http://x'], 'choose one'],
  [['--nothing'], 'npm run consumers'],
])('The arguments %j leave nothing to ask', (args, reason) => {
  expect(() => readArguments(args, ['weather'])).toThrow(reason)
})

test('Unusable arguments are refused with a reason', async () => {
  const said = expect.stringContaining('missing does not exist')
  expect(await consumers(root, ['missing'])).toEqual({ code: 2, said })
  expect(await consumers(root, ['--nothing'])).toEqual({ code: 2, said: expect.stringMatching(/^npm run consumers/m) })
})
