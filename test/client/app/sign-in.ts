/** Signing in and out, with the demo's provider. */
import { describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { signIn } from './visitor.ts'
import { goTo, groupInFull, heading, inFull, product, stay, visit } from './world.ts'

describe('sign-in', () => {
  test('Who is signed out signs in at the provider, and sees accounts with balances', async () => {
    const { page, requests, complaints } = await stay()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    const account = page.getByRole('link', { name: /Everyday/ })
    expect((await account.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/Current account · …\d{4} €[\d,]+\.\d\d/)
    await account.getByText('Lisbon').waitFor()
    const origins = new Set(requests.map((url) => new URL(url).origin))
    expect([...origins].sort()).toEqual([product().url, product().identityUrl].sort())
    expect(complaints).toEqual([])
  })

  test('No token is kept where scripts of others could read it', async () => {
    const { page } = await stay()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')
    expect(kept).not.toMatch(/eyJ|refresh|access_token|verifier/)
  })

  inFull('A reload of any screen stays signed in there, unasked', async () => {
    const { page, complaints } = await stay()
    await page.getByRole('link', { name: /Rainy days/ }).click()
    await heading(page, 'Rainy days').waitFor()
    const address = page.url()
    await page.reload()
    await heading(page, 'Rainy days').waitFor()
    expect(page.url()).toBe(address)
    expect(complaints).toEqual([])
  })

  test('Who signs out is signed out at the provider too, stays so, and signs in to the screen that was asked for', async () => {
    const { page } = await visit({ person: 'Brendan Walsh' })
    await page.getByText('Hello, Brendan Walsh').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign out' }).and(page.locator('[value="yes"]')).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(page.url()).toBe(`${product().url}/app/`)
    await page.goto(`${product().url}/app/more`)
    await signIn(page, 'Ana Ribeiro')
    await heading(page, 'More').waitFor()
    expect(page.url()).toBe(`${product().url}/app/more`)
  })

  test('Who signs out in one tab is signed out in the others, where nothing typed is left', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/pay' })
    const other = await page.context().newPage()
    await other.goto(`${product().url}/app/pay`)
    await other.getByLabel('Reference').fill('For my eyes only')
    expect(await other.evaluate('JSON.stringify(sessionStorage)')).toContain('For my eyes only')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await other.getByText('You have signed out in another tab.').waitFor()
    expect(await other.evaluate('JSON.stringify(sessionStorage)')).not.toContain('For my eyes only')
  })

  inFull('Going back from the sign-in leads to the app, before it as after it', async () => {
    const { page } = await visit()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Ana Ribeiro' }).waitFor()
    await page.goBack()
    await signIn(page, 'Ana Ribeiro')
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    await page.goBack()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    expect(page.url()).toBe(`${product().url}/app/`)
  })
})

groupInFull('tokens', () => {
  /** The gateway takes the next token no more. */
  async function refuseOnce(page: Page): Promise<void> {
    const body = JSON.stringify({ errors: [{ message: 'Refused.', extensions: { code: 'UNAUTHENTICATED' } }] })
    await page.route('**/graphql', (route) => route.fulfill({ status: 401, contentType: 'application/json', body }), {
      times: 1,
    })
  }

  test('A token that is refused is renewed, unasked', async () => {
    const { page, requests } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    const askedFor = (): number => requests.filter((url) => url === `${product().identityUrl}/token`).length
    const before = askedFor()
    await refuseOnce(page)
    await goTo(page, '/exchange')
    await page.getByText('1 EUR =').first().waitFor()
    expect(askedFor()).toBe(before + 1)
  })

  test('A user whom the provider no longer knows is signed out, with the reason', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await page.route(`${product().identityUrl}/token`, (route) =>
      route.fulfill({ status: 400, contentType: 'application/json', body: '{"error":"invalid_grant"}' }),
    )
    await refuseOnce(page)
    await goTo(page, '/exchange')
    await page.getByText('Your session has ended.').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})
