/** What the web app does when tokens and sign-ins end, by the demo's provider. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { closePages, launchBrowser } from '../../gateway/playground/browser.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { until } from '../../support/until.ts'
import { signIn, visitApp } from './visitor.ts'

const BUILD = fileURLToPath(new URL('../../../client/app/build.ts', import.meta.url))

/** The app renews a token 30 seconds before its end, and so at the first request after one second. */
const TOKEN_LIFETIME = '31' // seconds
const TRUSTED = 1_500 // milliseconds

let product: Product
let browser: Browser
beforeAll(async () => {
  await promisify(execFile)(process.execPath, [BUILD])
  browser = await launchBrowser()
  product = await startProduct({ IDENTITY_DEMO_TOKEN_LIFETIME: TOKEN_LIFETIME })
})
afterEach(() => closePages(browser))
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

interface Seen {
  /** Access tokens that the page sent to the bank, each once, in order. */
  readonly sent: Set<string>
  /** The refresh token that it was given last. */
  refresh(): string
}

function watchTokens(page: Page): Seen {
  const sent = new Set<string>()
  let refresh = ''
  page.on('request', (request) => {
    const { authorization } = request.headers()
    if (authorization !== undefined) sent.add(authorization)
  })
  page.on('response', async (response) => {
    if (response.url() !== `${product.identityUrl}/token` || response.status() !== 200) return
    refresh = (await response.json()).refresh_token
  })
  return { sent, refresh: () => refresh }
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })

/** How often Ana paid with this reference. */
async function timesPaid(text: string): Promise<number> {
  const query = `query ($text: String!) {
    me { accounts(first: 20) { edges { node { entries(filter: { text: $text, direction: DEBIT }) { edges { cursor } } } } } }
  }`
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await product.authorization('payer') },
    body: JSON.stringify({ query, variables: { text } }),
  })
  interface Answer {
    readonly data: { me: { accounts: { edges: { node: { entries: { edges: unknown[] } } }[] } } }
  }
  const { data } = (await response.json()) as Answer
  return data.me.accounts.edges.reduce((sum, { node }) => sum + node.entries.edges.length, 0)
}

/** Takes the sign-in back at the provider, as its end does: nothing of it is good any more. */
async function endSignIn(page: Page, refresh: string): Promise<void> {
  const body = new URLSearchParams({ token: refresh, client_id: 'web' })
  expect((await fetch(`${product.identityUrl}/token/revocation`, { method: 'POST', body })).status).toBe(200)
  await page.context().clearCookies()
}

test('A token that is about to end is renewed, and the user notices nothing', async () => {
  const { page, requests, complaints } = await visitApp(browser, product.url)
  const { sent } = watchTokens(page)
  await signIn(page, 'Ana Ribeiro')
  await page.getByRole('link', { name: /Everyday/ }).click()
  await page.locator('.day .row').first().waitFor()
  const ways = page.getByRole('navigation')
  const asked = (start: string): number => requests.filter((url) => url.startsWith(start)).length
  const before = [asked(`${product.identityUrl}/auth`), asked(`${product.url}/app/?`)]
  await until(async () => {
    await ways.getByRole('link', { name: 'Insights' }).click()
    await heading(page, 'Insights').waitFor()
    await ways.getByRole('link', { name: 'Exchange' }).click()
    await heading(page, 'Exchange').waitFor()
    return sent.size > 2
  })
  await page.getByText('1 EUR =').first().waitFor()
  // No page was loaded anew, and nobody was sent to the provider's form.
  expect([asked(`${product.identityUrl}/auth`), asked(`${product.url}/app/?`)]).toEqual(before)
  expect(page.url()).toBe(`${product.url}/app/exchange`)
  expect(complaints).toEqual([])
})

test('Whose sign-in has ended when they pay signs in again, finds what was typed, and pays', async () => {
  const { page } = await visitApp(browser, product.url)
  const { refresh } = watchTokens(page)
  await signIn(page, 'Ana Ribeiro')
  await page.getByRole('link', { name: 'Pay', exact: true }).first().click()
  await page.getByRole('button', { name: 'Rainy days' }).click()
  await page.getByLabel('Amount in EUR').fill('12.60')
  await page.getByLabel('Reference').fill('Long lunch')
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByText('will be paid at once').waitFor()
  await endSignIn(page, refresh())
  await page.waitForTimeout(TRUSTED) // until then the page takes its token for good, as the bank does
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByText('Your session has ended. Sign in again to go on.').waitFor()
  expect(await timesPaid('Long lunch')).toBe(0)
  await signIn(page, 'Ana Ribeiro')
  expect(page.url()).toBe(`${product.url}/app/pay`)
  expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('12.60')
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByText('Number of the transfer').waitFor()
  expect(await timesPaid('Long lunch')).toBe(1)
  expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('Long lunch')
})

test('Whose sign-in ends while a payment waits offline signs in again, finds the screen, and has paid once', async () => {
  const { page } = await visitApp(browser, product.url)
  const { refresh } = watchTokens(page)
  await signIn(page, 'Ana Ribeiro')
  await page.getByRole('link', { name: 'Pay', exact: true }).first().click()
  await page.getByRole('button', { name: 'Rainy days' }).click()
  await page.getByLabel('Amount in EUR').fill('12.50')
  await page.getByLabel('Reference').fill('Late')
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByText('will be paid at once').waitFor()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Pay now' }).click()
  await page.getByText('€12.50 is waiting for the bank’s answer.').waitFor()
  await endSignIn(page, refresh())
  await page.context().setOffline(false)

  await page.getByText('Your session has ended. Sign in again to go on.').waitFor()
  await page.getByText('Something is waiting for the bank’s answer.').waitFor()
  expect([page.url(), await timesPaid('Late')]).toEqual([`${product.url}/app/pay`, 0])
  await signIn(page, 'Ana Ribeiro')
  await page.getByText('The bank has answered: €12.50 was carried out.').waitFor()
  expect([page.url(), await timesPaid('Late')]).toEqual([`${product.url}/app/pay`, 1])
})
