/** The live map, on the admin port of the running product of two workers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { LiveMap } from '../../../gateway/map/page/live-map.ts'
import { readShippedOperations, type ShippedOperation } from '../../../gateway/operations/shipped.ts'
import { startShopGateway } from '../../support/shop-gateway.ts'
import { inFull, isFull, keepOpen, open, product, type Visit } from '../pages-world.ts'
import { faultsIn, sidewaysIn } from '../playground/axe.ts'
import { keepScreenshot } from '../playground/browser.ts'

const card = (page: Page, name: string) => page.getByRole('article', { name })
const traffic = (page: Page) => card(page, 'Gateway').getByText(/^[1-9]\S*\/s$/)

describe('the live map of the demo', () => {
  let staying: Visit | undefined
  let busy: NodeJS.Timeout
  beforeAll(async () => {
    const authorization = await product().authorization('payer')
    const operations = (await readShippedOperations()).filter(({ name }) => /overview|weather/.test(name))
    const ask = async ({ document, variables }: ShippedOperation): Promise<void> => {
      const headers = { authorization, 'content-type': 'application/json' }
      const body = JSON.stringify({ query: document, variables })
      await fetch(`${product().url}/graphql`, { method: 'POST', headers, body }).then((answer) => answer.arrayBuffer())
    }
    busy = setInterval(() => void Promise.allSettled(operations.map(ask)), 500)
  })
  afterAll(() => {
    clearInterval(busy)
    keepOpen()
  })

  /** One visitor for all tests. */
  async function stay(): Promise<Visit> {
    staying ??= await open(product().adminUrl)
    keepOpen(staying.page)
    return staying
  }

  test('The live map shows the traffic of all workers, the kinds of services, the database, and plans', async () => {
    const { page, requests, complaints } = await stay()
    await traffic(page).first().waitFor()
    await page.getByText('2 processes').waitFor()
    const [banking, weather] = [card(page, 'banking, stateful'), card(page, 'weather, stateless')]
    await banking.getByText('stateful: keeps data').waitFor()
    await banking.getByText('writes').waitFor()
    await weather.getByText('stateless: keeps nothing').waitFor()
    expect(await weather.getByText('healthy').count()).toBe(2)
    await card(page, 'Database of banking').getByText('ready').waitFor()
    const overview = page.getByRole('button', { name: /Overview/ })
    await overview.press('Enter')
    await page
      .getByText(/^step 2/)
      .first()
      .waitFor()
    expect(await overview.innerText()).toMatch(/banking\s*then/)
    await page.getByRole('button', { name: /WeatherInFiveCities/ }).click()
    expect(await faultsIn(page)).toEqual([])
    await keepScreenshot(page, 'map-chosen')
    expect(requests.filter((url) => new URL(url).origin !== product().adminUrl)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('The live map follows the accessibility rules, wide and narrow, light and dark', async () => {
    const { page, complaints } = await stay()
    await page.getByRole('button', { name: /Overview/ }).waitFor()
    for (const width of [1360, 900, 700, 375])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 850 })
        await page.emulateMedia({ colorScheme })
        await page.locator('.react-flow').waitFor({ state: width < 850 ? 'detached' : 'visible' })
        // The previous test checks the other combinations.
        const isJudged = isFull || (width === 375 && colorScheme === 'dark')
        if (isJudged) expect(await faultsIn(page)).toEqual([])
        expect(await sidewaysIn(page)).toBe(0)
        await keepScreenshot(page, `map-${width}-${colorScheme}`)
      }
    await page.setViewportSize({ width: 1360, height: 850 })
    expect(complaints).toEqual([])
  })

  test('An instance that was stopped turns red, and the playground has the same map of all workers', async () => {
    const { page } = await stay()
    const weather = card(page, 'weather, stateless')
    await weather.getByText('healthy').first().waitFor()
    const stopped = await fetch(`${product().url}/demo/services`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'weather', instance: 1, action: 'stop' }),
    })
    expect(stopped.status).toBe(200)
    await weather.getByText('down').waitFor()
    await weather.getByText('breaker open: gets no calls').waitFor()
    expect(await weather.getByText('healthy').count()).toBe(1)
    await keepScreenshot(page, 'map-stopped')
    const events = await fetch(`${product().url}/demo/map/events`)
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
    const { value } = (await reader?.read()) ?? {}
    await reader?.cancel()
    const map = JSON.parse(value?.slice('data: '.length) ?? '') as LiveMap
    expect(map.gateway.workers).toBe(2)
    const instances = map.services.find(({ name }) => name === 'weather')?.instances
    expect(instances?.map(({ health }) => health).sort()).toEqual(['healthy', 'unhealthy'])
  })
})

inFull('It asks for the token, says when nothing runs, and when the connection is lost', async () => {
  const gateway = await startShopGateway({ env: { STATELESS: 'items', ADMIN_TOKEN: 'a-secret-of-operators' } })
  const { page } = await open(gateway.adminUrl)
  const token = page.getByLabel(/asks for the admin token/)
  await token.fill('a wrong one')
  await token.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await faultsIn(page)).toEqual([])
  await token.fill('a-secret-of-operators')
  await token.press('Enter')
  await page.getByText('No operation ran in the last 10 seconds.').waitFor()
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  expect(await faultsIn(page)).toEqual([])
  await gateway.stop()
  await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor()
  await card(page, 'Gateway').waitFor()
  expect(await faultsIn(page)).toEqual([])
  await keepScreenshot(page, 'map-lost')
})
