import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readConfig } from '../../gateway/config.ts'
import { type RunningGateway, startGateway } from '../../gateway/gateway.ts'
import { createLogger } from '../../gateway/process/log.ts'
import { ask } from '../support/gateway.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { type Instance, type StatelessService, startInstance } from './support/instances.ts'

const AT_ONCE = 8
const REQUESTS = 300
const KILL_EVERY = 50

let folder: string
let gateway: RunningGateway
const fleet: Record<StatelessService, Instance[]> = { weather: [], content: [] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stateless-'))
  const several = (service: StatelessService, count: number) =>
    Promise.all(Array.from({ length: count }, () => startInstance(service)))
  ;[fleet.weather, fleet.content] = await Promise.all([several('weather', 3), several('content', 2)])
  const addresses = (service: StatelessService): string => fleet[service].map(({ url }) => url).join(',')
  const config = await readConfig({
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: folder,
    GATEWAY_SECRET: TEST_SECRET,
    WEATHER_URL: addresses('weather'),
    CONTENT_URL: addresses('content'),
    BANKING_URL: 'http://127.0.0.1:1',
  })
  gateway = await startGateway(config, createLogger('gateway', 'silent'))
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await Promise.all([...fleet.weather, ...fleet.content].map((instance) => instance.kill()))
  await rm(folder, { recursive: true })
})

/** Kills an instance and starts another at its address, as a supervisor does. */
async function replace(service: StatelessService, place: number): Promise<void> {
  const victim = fleet[service][place] as Instance
  await victim.kill()
  fleet[service][place] = await startInstance(service, Number(new URL(victim.url).port))
}

test('killing any instance under load fails no request through the gateway', async () => {
  // Every question is another one, so that no cache answers instead of an instance.
  const question = (number: number): string =>
    `{ weather(at: { latitude: ${(number % 180) - 90}, longitude: ${number / 10} }) { current { temperature } timeZone }
       cities(near: { latitude: 50, longitude: ${number / 100} }, first: 3) { edges { node { name } } }
       search(text: "account ${number}", first: 2) { edges { node { title } } } }`
  const failed: unknown[] = []
  const replacements: Promise<void>[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let number = next++; number < REQUESTS; number = next++) {
      if (number % KILL_EVERY === KILL_EVERY / 2) {
        const turn = Math.floor(number / KILL_EVERY)
        replacements.push(
          turn % 2 === 0 ? replace('weather', (turn / 2) % 3) : replace('content', ((turn - 1) / 2) % 2),
        )
      }
      const { status, data, errors } = await ask(gateway.url, question(number))
      if (status !== 200 || errors || !data?.weather?.current || !data.search) failed.push({ number, status, errors })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await Promise.all(replacements)
  expect(failed).toEqual([])
  expect(replacements).toHaveLength(REQUESTS / KILL_EVERY)
}, 120_000)
