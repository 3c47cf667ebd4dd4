/** Screens of the web app. */
import type { Page } from 'playwright-core'
import { signIn } from '../client/app/visitor.ts'

interface AppScreen {
  readonly name: string
  show(page: Page, addresses: { readonly url: string }): Promise<void>
}

/** What a person sees once signed in, at a path or after a few steps. */
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
  screen('more', '/more'),
  screen('not-found', '/nowhere'),
]
