/** Every screen, with the steps that lead to it. */
import type { Page } from 'playwright-core'
import { appScreens } from './app.ts'

interface Addresses {
  readonly url: string
  readonly admin: string
}

interface Screen {
  readonly name: string
  show(page: Page, addresses: Addresses): Promise<void>
}

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })
const lanes = (page: Page) => page.getByRole('list', { name: 'Plan' }).getByRole('button')

/** Opens the playground and waits for its first answer. */
async function open(page: Page, { url }: Addresses): Promise<void> {
  await page.goto(url)
  await lanes(page).first().waitFor()
}

/** A screen of the playground after one more action. */
const playground = (name: string, act: (page: Page, addresses: Addresses) => Promise<unknown>): Screen => ({
  name,
  async show(page, addresses) {
    await open(page, addresses)
    await act(page, addresses)
  },
})

const run = (page: Page): Promise<void> => button(page, /execute query/i).click()

/** A tab of the playground after its operation has run. */
const tab = (operation: string): Screen =>
  playground(`tab-${operation}`, async (page) => {
    await button(page, operation).click()
    await run(page)
    await lanes(page).first().waitFor()
  })

/** A failed step: stops the service, and starts it again once the failure is shown. */
async function stopped(page: Page, service: string): Promise<void> {
  const turn = async (action: string, state: string): Promise<void> => {
    await button(page, 'Show Services').click()
    await button(page, `${action} ${service}`).click()
    await page.getByRole('article', { name: service }).getByText(state, { exact: true }).waitFor()
    // On a phone the panel covers the rest.
    await button(page, 'Hide Services').click()
  }
  await turn('Stop', 'stopped')
  await run(page)
  await page.locator('button[data-failed="true"]').waitFor()
  await turn('Start', 'running')
}

export const screens: readonly Screen[] = [
  ...appScreens,
  playground('first', async () => undefined),
  playground('step', (page) => lanes(page).first().click()),
  ...['SendMoney', 'WeatherInFiveCities', 'SearchArticles', 'Overdraw', 'OrderRent'].map(tab),
  playground('not-run', (page) => button(page, 'OrderRent').click()),
  playground('following', async (page) => {
    await button(page, 'FollowAccount').click()
    await run(page)
    await page.getByText('Nothing has happened yet.').waitFor()
  }),
  playground('events', async (page) => {
    await button(page, 'FollowAccount').click()
    await run(page)
    for (const seen of ['1 event,', '2 events,']) {
      await button(page, 'Send money').click()
      await page.getByRole('status').filter({ hasText: seen }).waitFor()
    }
  }),
  playground('waiting', async (page) => {
    await page.route('**/graphql', () => undefined) // never answered
    await run(page)
    await page.getByText('Waiting for the answer…').waitFor()
  }),
  playground('failed', (page) => stopped(page, 'banking')),
  playground('documentation', (page) => button(page, 'Show Documentation Explorer').click()),
  playground('services', (page) => button(page, 'Show Services').click()),
  playground('services-lost', async (page) => {
    await page.route('**/demo/services', (route) => route.abort())
    await button(page, 'Show Services').click()
    await page.locator('.services .fault').waitFor()
  }),
  playground('map', async (page) => {
    await button(page, 'Show Live map').click()
    await page.getByText('Live: figures').waitFor()
  }),
  playground('signed-out', async (page) => {
    await button(page, 'Sign out').click()
    await run(page)
  }),
  playground('sign-in', async (page) => {
    await button(page, 'Sign out').click()
    await button(page, 'Sign in…').click()
    await page.getByText('Choose a customer').waitFor()
  }),
  {
    name: 'admin-map',
    async show(page, { admin }) {
      await page.goto(admin)
      await page.getByText('Live: figures').waitFor()
    },
  },
]
