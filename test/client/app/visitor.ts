/** Visitors of the web app, each with a browser profile of their own. */
import type { Browser, Page } from 'playwright-core'

export interface Visit {
  readonly page: Page
  /** Addresses that the page asked. */
  readonly requests: readonly string[]
  /** What the browser complained of. */
  readonly complaints: readonly string[]
}

export interface VisitOptions {
  readonly path?: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'dark' | 'light'
  readonly locale?: string
  /** Who signs in; by default nobody does. */
  readonly person?: 'Ana Ribeiro' | 'Brendan Walsh' | 'Maeve Byrne' | 'Second officer'
}

export async function visitApp(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { path = '/', width = 1360, height = 850, colorScheme = 'light', locale = 'en-IE', person } = options
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  context.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.goto(`${url}/app${path}`)
  if (person) await signIn(page, person)
  return { page, requests, complaints }
}

/** From the page for who is signed out, over the provider's, and back. */
export async function signIn(page: Page, person: string): Promise<void> {
  await page.getByRole('button', { name: /^(Sign in|Entrar)$/ }).click()
  await page.getByRole('button', { name: person }).click()
  await page.getByRole('navigation').waitFor()
}
