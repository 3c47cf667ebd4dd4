/** Screens of the web app. */
import type { Page } from 'playwright-core'
import { signIn } from '../client/app/visitor.ts'

interface AppScreen {
  readonly name: string
  show(page: Page, addresses: { readonly url: string }): Promise<void>
}

/** A screen of a signed-in user, at a path or after a few steps. */
const screen = (
  name: string,
  path: string,
  act: (page: Page) => Promise<unknown> = async () => undefined,
  person = 'Ana Ribeiro',
): AppScreen => ({
  name: `app-${name}`,
  async show(page, { url }) {
    await page.goto(`${url}/app${path}`)
    await signIn(page, person)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await act(page)
  },
})

const openAccount = (page: Page): Promise<void> => page.getByRole('link', { name: /Everyday/ }).click()

export const appScreens: readonly AppScreen[] = [
  {
    name: 'app-welcome',
    async show(page, { url }) {
      await page.goto(`${url}/app/`)
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
    },
  },
  screen('accounts', '/', (page) => page.getByRole('link', { name: /Everyday/ }).waitFor()),
  screen('account', '/', async (page) => {
    await openAccount(page)
    await page.locator('.day .row').first().waitFor()
  }),
  screen('account-loading', '/', async (page) => {
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await page.route('**/graphql', () => undefined) // never answered
    await openAccount(page)
  }),
  screen('pay', '/pay', (page) => page.getByLabel('To (IBAN)').waitFor()),
  screen('pay-review', '/pay', async (page) => {
    await page.getByRole('button', { name: 'Rainy days' }).click()
    await page.getByLabel('Amount in EUR').fill('12.50')
    await page.getByRole('button', { name: 'Review' }).click()
  }),
  screen('pay-faults', '/pay', (page) => page.getByRole('button', { name: 'Review' }).click()),
  screen('insights', '/insights', (page) => page.locator('.recharts-area-curve').waitFor()),
  screen('loans', '/loans', (page) => page.locator('.row').first().waitFor()),
  screen('loan', '/loans', (page) => page.locator('.row').getByRole('link').first().click()),
  screen('loan-new', '/loans/new', (page) => page.getByText('Effective annual rate').waitFor()),
  screen('loan-question', '/loans', async (page) => {
    await page.locator('.row').getByRole('link').first().click()
    await page.getByRole('button', { name: 'Repay' }).click()
  }),
  screen('orders', '/standing-orders'),
  screen('order-new', '/standing-orders/new', (page) => page.getByLabel('How often').waitFor()),
  screen('holds', '/holds'),
  screen('exchange', '/exchange', (page) => page.getByText('1 EUR =').first().waitFor()),
  screen('exchange-offer', '/exchange', async (page) => {
    await page.getByLabel('Amount in EUR').fill('100')
    await page.getByRole('button', { name: 'Ask for an offer' }).click()
    await page.getByText('The bank’s offer').waitFor()
  }),
  screen('statements', '/statements', (page) => page.getByText('At the beginning').waitFor()),
  screen('help', '/help', (page) => page.locator('.row').first().waitFor()),
  screen('article', '/articles/holds-and-available-balance', (page) => page.locator('.article').waitFor()),
  screen('customers', '/customers', (page) => page.locator('.row').first().waitFor(), 'Maeve Byrne'),
  screen('customer', '/customers/payer', (page) => page.locator('.row').first().waitFor(), 'Maeve Byrne'),
  screen('decisions', '/decisions', (page) => page.locator('.row').first().waitFor(), 'Maeve Byrne'),
  screen('books', '/books', (page) => page.locator('.total').first().waitFor(), 'Maeve Byrne'),
  screen('offline-reload', '/', async (page) => {
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await page.context().setOffline(true)
    await page.reload()
    await page.getByRole('heading', { name: 'You are offline' }).waitFor()
  }),
  screen('offline', '/', async (page) => {
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await page.context().setOffline(true)
    await openAccount(page)
    await page.getByText('You seem to be offline.').waitFor()
  }),
  screen('more', '/more'),
  screen('not-found', '/nowhere'),
]
