/** Debian's Chromium, headless, without background traffic of its own. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The shell draws no windows: pages take half the CPU of the full browser. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** Milliseconds that each step of a page may take; machines may be slow. */
const TIMEOUT = 120_000

const OUTPUT = fileURLToPath(new URL('../../output/', import.meta.url))

/** @throws Error if Chromium is missing, with the command that installs it */
export async function launchBrowser(): Promise<Browser> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  const executablePath = candidates.find((path) => existsSync(path))
  if (executablePath === undefined)
    throw new Error('There is no Chromium in PATH; on Debian: apt-get install chromium-headless-shell.')
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', // containers run as root
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await newContext(options)
    context.setDefaultTimeout(TIMEOUT)
    return context
  }
  return browser
}

/**
 * Ends every visit. Open pages keep sending requests, and slow down the next test.
 * @param staying the page of a visit that goes on
 */
export async function closePages(browser: Browser, staying?: Page): Promise<void> {
  const over = browser.contexts().filter((context) => context !== staying?.context())
  await Promise.all(over.map((context) => context.close()))
}

/** With `SCREENSHOTS=on` saves a screenshot of the page under `test/output/`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (process.env['SCREENSHOTS'] !== 'on') return
  await mkdir(OUTPUT, { recursive: true })
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) })
}
