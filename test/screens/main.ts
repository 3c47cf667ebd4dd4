/**
 * `npm run screens -- [--url URL] [--admin URL] [words of names]`: takes a screenshot of every
 * screen of the running product, on desktop and phone, light and dark, under `test/output/screens`.
 * Checks nothing.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { launchBrowser } from '../gateway/playground/browser.ts'
import { screens } from './screens.ts'

const FOLDER = fileURLToPath(new URL('../output/screens/', import.meta.url))
const SETTLED = 800 // milliseconds until animations have ended

const devices = {
  desktop: { viewport: { width: 1360, height: 850 } },
  phone: { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true },
} as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://localhost:4000' },
    admin: { type: 'string', default: 'http://127.0.0.1:4090' },
  },
})
const chosen = screens.filter(({ name }) => positionals.every((word) => name.includes(word)))
await mkdir(FOLDER, { recursive: true })
const browser = await launchBrowser()
try {
  for (const { name, show } of chosen)
    for (const [device, options] of Object.entries(devices))
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ ...options, colorScheme })
        const page = await context.newPage()
        await show(page, values)
        await page.waitForTimeout(SETTLED)
        const path = join(FOLDER, `${name}-${device}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: device === 'phone' })
        console.log(path)
        await context.close()
      }
} finally {
  await browser.close()
}
