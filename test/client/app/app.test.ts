/** The web app in Chromium, against the product as `npm start` runs it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { faultsIn, sidewaysIn } from '../../gateway/playground/axe.ts'
import { keepScreenshot, launchBrowser } from '../../gateway/playground/browser.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { signIn, type Visit, type VisitOptions, visitApp } from './visitor.ts'

const BUILD = fileURLToPath(new URL('../../../client/app/build.ts', import.meta.url))

let product: Product
let browser: Browser
beforeAll(async () => {
  // Does nothing after `npm install`, unless the page was edited since.
  await promisify(execFile)(process.execPath, [BUILD])
  browser = await launchBrowser()
  product = await startProduct()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const visit = (options: VisitOptions = {}): Promise<Visit> => visitApp(browser, product.url, options)

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 })

/** Has the demo's supervisor stop or start a service. */
async function turn(action: 'stop' | 'start', name: string): Promise<void> {
  const response = await fetch(`${product.url}/demo/services`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, action }),
  })
  expect(response.status).toBe(200)
}

describe('sign-in', () => {
  test('Who is signed out signs in at the provider, and sees accounts with balances', async () => {
    const { page, requests, complaints } = await visit({ person: 'Ana Ribeiro' })
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    const account = page.getByRole('link', { name: /Everyday/ })
    expect((await account.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/Current account · …\d{4} €[\d,]+\.\d\d/)
    await account.getByText('Lisbon').waitFor()
    const origins = new Set(requests.map((url) => new URL(url).origin))
    expect([...origins].sort()).toEqual([product.url, product.identityUrl].sort())
    expect(complaints).toEqual([])
  })

  test('No token is kept where scripts of others could read it', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')
    expect(kept).not.toMatch(/eyJ|refresh|access_token|verifier/)
  })

  test('A reload of any screen stays signed in there, unasked', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Rainy days/ }).click()
    await heading(page, 'Rainy days').waitFor()
    const address = page.url()
    await page.reload()
    await heading(page, 'Rainy days').waitFor()
    expect(page.url()).toBe(address)
    expect(complaints).toEqual([])
  })

  test('Who signs out is signed out at the provider too, and stays so', async () => {
    const { page } = await visit({ person: 'Brendan Walsh' })
    await page.getByText('Hello, Brendan Walsh').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign out' }).and(page.locator('[value="yes"]')).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(page.url()).toBe(`${product.url}/app/`)
    await page.reload()
    await signIn(page, 'Ana Ribeiro')
    await page.getByText('Hello, Ana Ribeiro').waitFor()
  })

  test('Signing in leads to the screen that was asked for', async () => {
    const { page } = await visit({ path: '/more' })
    await signIn(page, 'Ana Ribeiro')
    await heading(page, 'More').waitFor()
    expect(page.url()).toBe(`${product.url}/app/more`)
  })
})

describe('entries', () => {
  test('They go on as far back as one scrolls, each with merchant, city and that day’s weather', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Everyday/ }).click()
    const rows = page.locator('.day .row')
    await rows.first().waitFor()
    const withWeather = rows.filter({ has: page.locator('.sky') }).first()
    await withWeather.waitFor()
    expect((await withWeather.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      / · \S.* -?\d+°C .* −€[\d,]+\.\d\d Balance €[\d,]+/,
    )
    await keepScreenshot(page, 'app-entries')
    for (const count of [50, 75]) {
      await page.locator('.more').scrollIntoViewIfNeeded()
      await rows.nth(count - 1).waitFor()
    }
    expect(complaints).toEqual([])
  })
})

describe('outages', () => {
  test('Without weather all else is there, the page says so quietly, and it comes back by itself', async () => {
    await turn('stop', 'weather')
    const { page } = await visit({ person: 'Brendan Walsh' })
    // The gateway knows the weather of cities that were asked for a moment ago; nobody asked for these days.
    await page.getByRole('link', { name: /Household/ }).click()
    await page.locator('.day .row').first().waitFor()
    await page.getByText('Weather is not available at the moment. Everything else works.').waitFor()
    expect(await page.locator('.sky').count()).toBe(0)
    await turn('start', 'weather')
    await page.locator('.day .sky').first().waitFor()
    await page.getByText('Weather is not available').waitFor({ state: 'detached' })
  })

  test('Without the bank the page says so, and shows all once the bank is back', async () => {
    await turn('stop', 'banking')
    const { page } = await visit({ person: 'Brendan Walsh' })
    await page.getByRole('alert').getByText('The bank cannot be reached at the moment.').waitFor()
    await keepScreenshot(page, 'app-without-bank')
    await turn('start', 'banking')
    await page.getByText('Hello, Brendan Walsh').waitFor()
    await page.getByRole('link', { name: /Household/ }).waitFor()
    await page.getByText('The bank cannot be reached').waitFor({ state: 'detached' })
  })
})

describe('for everybody', () => {
  test.each([
    { width: 1360, height: 850, colorScheme: 'light' },
    { width: 1360, height: 850, colorScheme: 'dark' },
    { width: 375, height: 812, colorScheme: 'light' },
    { width: 375, height: 812, colorScheme: 'dark' },
  ] as const)('At $width pixels, $colorScheme, axe finds nothing and nothing scrolls sideways', async (options) => {
    const { page, complaints } = await visit(options)
    const judge = async (screen: string): Promise<void> => {
      const found = { screen, faults: await faultsIn(page), sideways: await sidewaysIn(page) }
      expect(found).toEqual({ screen, faults: [], sideways: 0 })
    }
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await judge('welcome')
    await signIn(page, 'Ana Ribeiro')
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await judge('accounts')
    await page.getByRole('link', { name: /Everyday/ }).click()
    await page.locator('.day .row').first().waitFor()
    await judge('account')
    await page.goto(`${product.url}/app/more`)
    await heading(page, 'More').waitFor()
    await judge('more')
    expect(complaints).toEqual([])
  })

  test('It speaks Portuguese to who does, and remembers another choice', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', locale: 'pt-PT' })
    await page.getByText('Olá, Ana Ribeiro').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('pt')
    expect(await page.getByRole('link', { name: /Everyday/ }).innerText()).toMatch(/\d{2},\d{2}\s€/)
    await page.getByLabel('Idioma').selectOption('English')
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    await page.reload()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
  })

  test('The keyboard alone signs in and reads an account', async () => {
    const { page } = await visit()
    const press = async (name: string): Promise<void> => {
      const isThere = async (): Promise<boolean> =>
        (await page.locator('a:focus, button:focus').filter({ hasText: name }).count()) === 1
      for (let tabs = 0; tabs < 30 && !(await isThere()); tabs += 1) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
    }
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await press('Sign in')
    await page.getByRole('button', { name: 'Ana Ribeiro' }).waitFor()
    await press('Ana Ribeiro')
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await press('Everyday')
    await heading(page, 'Everyday').waitFor()
  })
})
