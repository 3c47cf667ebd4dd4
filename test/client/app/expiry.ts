/** The web app when tokens and sign-ins end, with the demo's provider. */
import { describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { until } from '../../support/until.ts'
import { signIn } from './visitor.ts'
import { accountOf, heading, product, reviewPayment, TOKEN_LIFETIME, timesPaid, visit } from './world.ts'

const RENEW_BEFORE = 30 // seconds before the end of a token, by client/connection

/** The next request of the page finds its token about to end: only the page's clock goes on. */
async function letTokenAge(page: Page): Promise<void> {
  const now = (await page.evaluate('Date.now()')) as number
  await page.clock.setSystemTime(now + (TOKEN_LIFETIME - RENEW_BEFORE + 1) * 1000)
}

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
    if (response.url() !== `${product().identityUrl}/token` || response.status() !== 200) return
    refresh = (await response.json()).refresh_token
  })
  return { sent, refresh: () => refresh }
}

/** How often Ana paid with this reference. */
const timesPaidByAna = async (text: string): Promise<number> =>
  timesPaid('payer', (await accountOf('payer', 'Everyday')).id, text)

/** Takes the sign-in back at the provider, as its end does: nothing of it is good any more. */
async function endSignIn(page: Page, refresh: string): Promise<void> {
  const body = new URLSearchParams({ token: refresh, client_id: 'web' })
  expect((await fetch(`${product().identityUrl}/token/revocation`, { method: 'POST', body })).status).toBe(200)
  await page.context().clearCookies()
}

describe('ends of tokens and sign-ins', () => {
  test('A token that is about to end is renewed, and the user notices nothing', async () => {
    const { page, requests, complaints } = await visit()
    const { sent } = watchTokens(page)
    await signIn(page, 'Ana Ribeiro')
    await page.getByRole('link', { name: /Everyday/ }).click()
    await page.locator('.day .row').first().waitFor()
    const ways = page.getByRole('navigation')
    const asked = (start: string): number => requests.filter((url) => url.startsWith(start)).length
    const before = [asked(`${product().identityUrl}/auth`), asked(`${product().url}/app/?`)]
    for (const tokens of [2, 3]) {
      await letTokenAge(page)
      await until(async () => {
        await ways.getByRole('link', { name: 'Insights' }).click()
        await heading(page, 'Insights').waitFor()
        await ways.getByRole('link', { name: 'Exchange' }).click()
        await heading(page, 'Exchange').waitFor()
        return sent.size >= tokens
      })
      expect(sent.size).toBe(tokens)
    }
    await page.getByText('1 EUR =').first().waitFor()
    // No page was reloaded, and nobody was sent to the provider's form.
    expect([asked(`${product().identityUrl}/auth`), asked(`${product().url}/app/?`)]).toEqual(before)
    expect(page.url()).toBe(`${product().url}/app/exchange`)
    expect(complaints).toEqual([])
  })

  test('Whose sign-in has ended when they pay signs in again, finds what was typed, and pays', async () => {
    const { page } = await visit()
    const { refresh } = watchTokens(page)
    await signIn(page, 'Ana Ribeiro')
    await reviewPayment(page, 'Long lunch', '12.60')
    await endSignIn(page, refresh())
    await letTokenAge(page) // until then the page takes its token for good, as the bank does
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Your session has ended. Sign in again to go on.').waitFor()
    expect(await timesPaidByAna('Long lunch')).toBe(0)
    await signIn(page, 'Ana Ribeiro')
    expect(page.url()).toBe(`${product().url}/app/pay`)
    expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('12.60')
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Number of the transfer').waitFor()
    expect(await timesPaidByAna('Long lunch')).toBe(1)
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('Long lunch')
  })

  test('Whose sign-in ends while a payment waits offline signs in again, finds the screen, and has paid once', async () => {
    const { page } = await visit()
    const { refresh } = watchTokens(page)
    await signIn(page, 'Ana Ribeiro')
    await reviewPayment(page, 'Late')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('€12.50 is waiting for the bank’s answer.').waitFor()
    await endSignIn(page, refresh())
    await letTokenAge(page)
    await page.context().setOffline(false)

    await page.getByText('Your session has ended. Sign in again to go on.').waitFor()
    await page.getByText('Something is waiting for the bank’s answer.').waitFor()
    expect([page.url(), await timesPaidByAna('Late')]).toEqual([`${product().url}/app/pay`, 0])
    await signIn(page, 'Ana Ribeiro')
    await page.getByText('The bank has answered: €12.50 was carried out.').waitFor()
    expect([page.url(), await timesPaidByAna('Late')]).toEqual([`${product().url}/app/pay`, 1])
  })
})
