/** The product, the browser and the visits that the tests of the gateway's pages share. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { runsInFull } from '../support/in-full.ts'
import { browserProduct } from './playground/browser-product.ts'

/** With `PAGES=all` axe also checks everything in all themes and widths. */
export const { isFull, inFull } = runsInFull('PAGES')

const variants = JSON.stringify({ public: { include: ['public'] } })
const world = browserProduct({ GATEWAY_WORKERS: '2', VARIANTS: variants }, ['--weather', '2'])
export const { startWorld, stopWorld, product } = world

let staying: Page | undefined

/** Ends the visits of a test, except the one that is kept open. */
export const closeVisits = (): Promise<void> => world.closeVisits(staying)

/** Keeps the page open for the next tests. Without a page, none is kept. */
export function keepOpen(page?: Page): void {
  staying = page
}

/** The requests that the page sent, and the errors that it reported. */
export interface Visit {
  readonly page: Page
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
}

/** Opens the page as a first-time visitor. @param before runs before the page opens */
export async function open(
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const context = await world.browser().newContext({ viewport: { width: 1360, height: 850 }, ...options })
  const page = await context.newPage()
  await before?.(page)
  const requests: string[] = []
  const complaints: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.goto(url)
  return { page, requests, complaints }
}
