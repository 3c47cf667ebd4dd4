/** Visitors of the web app, each with a browser profile of their own. */
import type { Browser, BrowserContext, Page } from 'playwright-core'

export interface Visit {
  readonly page: Page
  /** Addresses that the page asked. */
  readonly requests: readonly string[]
  /** Texts of the operations that it sent. */
  readonly operations: ReadonlySet<string>
  /** Complaints of the browser. */
  readonly complaints: readonly string[]
}

export interface VisitOptions {
  readonly path?: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'dark' | 'light'
  readonly locale?: string
  /** Whether the browser keeps the page for when there is no network. */
  readonly isKept?: boolean
  /** The person who signs in; by default nobody. */
  readonly person?: 'Ana Ribeiro' | 'Brendan Walsh' | 'Maeve Byrne' | 'Second officer'
}

/**
 * Cookies of who signed in before, at the provider of a product: the app then signs in silently.
 */
const sessions = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>()

export async function visitApp(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const {
    path = '/',
    width = 1360,
    height = 850,
    colorScheme = 'light',
    locale = 'en-IE',
    isKept = false,
    person,
  } = options
  const known = `${url} ${person}`
  const storageState = person && sessions.get(known)
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    locale,
    reducedMotion: 'reduce', // what breathes while it waits is drawn 60 times a second
    // Its requests are seen by no test, and each visit would load every file.
    serviceWorkers: isKept ? 'allow' : 'block',
    ...(storageState && { storageState }),
  })
  const page = await context.newPage()
  const requests: string[] = []
  const operations = new Set<string>()
  const complaints: string[] = []
  context.on('request', (request) => {
    requests.push(request.url())
    if (request.url().endsWith('/graphql')) operations.add(request.postDataJSON().query)
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && message.text() !== BLOCKED) complaints.push(message.text())
  })
  await page.goto(`${url}/app${path}`)
  if (person) {
    const signedOut = page.getByRole('button', { name: SIGN_IN })
    await signedOut.or(page.getByRole('navigation')).first().waitFor()
    if (await signedOut.isVisible()) {
      await signIn(page, person)
      sessions.set(known, await context.storageState())
    }
  }
  return { page, requests, operations, complaints }
}

/** A complaint that the test causes itself, if service workers are blocked. */
const BLOCKED = 'Service Worker registration blocked by Playwright'

const SIGN_IN = /^(Sign in|Entrar)$/

/** Signs in from the welcome page, through the provider's page, and back. */
export async function signIn(page: Page, person: string): Promise<void> {
  await page.getByRole('button', { name: SIGN_IN }).click()
  await page.getByRole('button', { name: person }).click()
  await page.getByRole('navigation').waitFor()
}
