/** The product and the browser that the cases of the gateway's pages share, and its visitors. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { runsInFull } from '../support/in-full.ts'
import { type Product, startProduct } from '../support/product.ts'
import { closePages, launchBrowser } from './playground/browser.ts'

const BUILD = fileURLToPath(new URL('../../gateway/playground/build.ts', import.meta.url))

/** With `PAGES=all` axe judges everything in all themes and widths, too. */
export const { isFull, inFull } = runsInFull('PAGES')

let running: Product | undefined
let browser: Browser | undefined
let staying: Page | undefined

export async function startWorld(): Promise<void> {
  // Does nothing after `npm install`, unless a page was edited since.
  await promisify(execFile)(process.execPath, [BUILD])
  browser = await launchBrowser()
  const variants = JSON.stringify({ public: { include: ['public'] } })
  running = await startProduct({ GATEWAY_WORKERS: '2', VARIANTS: variants }, ['--weather', '2'])
}

export async function stopWorld(): Promise<void> {
  await browser?.close()
  await running?.stop()
}

function started<Part>(part: Part | undefined): Part {
  if (!part) throw new Error('Ask for it inside a test.')
  return part
}

export const product = (): Product => started(running)

/** Ends the visits of a test, but for that of who stays. */
export const closeVisits = (): Promise<void> => closePages(started(browser), staying)

/** Keeps the page over the tests to come. Without one, nobody stays. */
export function keepOpen(page?: Page): void {
  staying = page
}

/** What the page asked of whom, and what it complained of. */
export interface Visit {
  readonly page: Page
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
}

/** A visitor who was never here before. @param before done before the page opens */
export async function open(
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const context = await started(browser).newContext({ viewport: { width: 1360, height: 850 }, ...options })
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
