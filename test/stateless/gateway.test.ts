import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readConfig } from '../../gateway/config/load.ts'
import { type RunningGateway, startGateway } from '../../gateway/gateway.ts'
import { newFolder } from '../support/folder.ts'
import { ask } from '../support/gateway.ts'
import { type Load, startLoad } from '../support/load.ts'
import { log } from '../support/log.ts'
import { nowhere } from '../support/nowhere.ts'
import { TEST_SECRET } from '../support/signed-call.ts'
import { until } from '../support/until.ts'
import { type Instance, type StatelessService, startInstance } from './support/instances.ts'

const AT_ONCE = 8
/** Every instance of the start, once. */
const VICTIMS: readonly (readonly [StatelessService, number])[] = [
  ['weather', 0],
  ['content', 0],
  ['weather', 1],
  ['content', 1],
]

let folder: string
let gateway: RunningGateway
const fleet: Record<StatelessService, Instance[]> = { weather: [], content: [] }

beforeAll(async () => {
  folder = await newFolder()
  const several = (service: StatelessService, count: number) =>
    Promise.all(Array.from({ length: count }, () => startInstance(service)))
  ;[fleet.weather, fleet.content] = await Promise.all([several('weather', 2), several('content', 2)])
  const addresses = (service: StatelessService): string => fleet[service].map(({ url }) => url).join(',')
  const config = await readConfig({
    PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: folder,
    GATEWAY_SECRET: TEST_SECRET,
    ...nowhere,
    WEATHER_URL: addresses('weather'),
    CONTENT_URL: addresses('content'),
  })
  gateway = await startGateway(config, log)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([...fleet.weather, ...fleet.content].map((instance) => instance.kill()))
})

/**
 * Kills an instance, starts another at its address as a supervisor does, and waits until the
 * gateway uses it. Clients send without pauses during the kill, and with pauses during the start.
 */
async function replace([service, place]: (typeof VICTIMS)[number], load: Load): Promise<void> {
  const victim = fleet[service][place] as Instance
  load.pause = 0
  const before = load.answered
  await until(() => load.answered > before + 2 * AT_ONCE)
  await victim.kill()
  await until(() => load.answered > before + 4 * AT_ONCE)
  load.pause = 400
  const successor = await startInstance(service, Number(new URL(victim.url).port))
  fleet[service][place] = successor
  await until(async () => {
    const services = await gateway.commands.services()
    const instances = services.find(({ name }) => name === service)?.instances ?? []
    return instances.some(({ pid, health }) => pid === successor.pid && health === 'healthy')
  })
}

test('Killing any instance under load fails no request through the gateway', async () => {
  // Variables differ in each request, so that no cache answers. The text is the same, so that it is
  // planned once.
  const query = `query ($at: CoordinatesInput!, $near: CoordinatesInput!, $text: String!) {
    weather(at: $at) { current { temperature } timeZone }
    cities(near: $near, first: 3) { edges { node { name } } }
    search(text: $text, first: 2) { edges { node { title } } }
  }`
  const question = (number: number) => ({
    query,
    variables: {
      at: { latitude: (number % 180) - 90, longitude: number / 10 },
      near: { latitude: 50, longitude: number / 100 },
      text: `account ${number}`,
    },
  })
  let next = 0
  const load = startLoad(AT_ONCE, async () => {
    const number = next++
    const { status, data, errors } = await ask(gateway.url, question(number))
    const isWhole = status === 200 && !errors && data?.weather?.current && data.search
    return isWhole ? undefined : JSON.stringify({ number, status, errors })
  })
  try {
    for (const victim of VICTIMS) await replace(victim, load)
  } finally {
    await load.stop()
  }
  expect(load.failures).toEqual([])
  expect(next).toBeGreaterThan(100)
})
