/** The web app while a service is away. */
import { describe, expect, test } from '@jest/globals'
import { keepScreenshot } from '../../gateway/playground/browser.ts'
import { inFull, product, visit } from './world.ts'

/** Has the demo's supervisor stop or start a service. */
async function turn(action: 'stop' | 'start', name: string): Promise<void> {
  const response = await fetch(`${product().url}/demo/services`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, action }),
  })
  expect(response.status).toBe(200)
}

describe('outages', () => {
  test('Without weather all else is there, the page says so quietly, and it comes back by itself', async () => {
    await turn('stop', 'weather')
    const { page } = await visit({ person: 'Brendan Walsh' })
    // The gateway has cached the weather of recently shown cities, but not of these days.
    await page.getByRole('link', { name: /Household/ }).click()
    await page.locator('.day .row').first().waitFor()
    await page.getByText('Weather is not available at the moment. Everything else works.').waitFor()
    expect(await page.locator('.sky').count()).toBe(0)
    await turn('start', 'weather')
    await page.locator('.day .sky').first().waitFor()
    await page.getByText('Weather is not available').waitFor({ state: 'detached' })
  })

  inFull('Without content one pays as ever, and the help is back by itself', async () => {
    await turn('stop', 'content')
    const { page } = await visit({ person: 'Brendan Walsh', path: '/pay', locale: 'pt-PT' })
    await page.getByText('Os artigos de ajuda não estão disponíveis de momento.').waitFor()
    await page.getByLabel('Para (IBAN)').waitFor()
    await turn('start', 'content')
    await page.getByRole('complementary', { name: 'Ajuda' }).waitFor()
    await page.getByText('Os artigos de ajuda não').waitFor({ state: 'detached' })
  })

  inFull('Without the bank the page says so, and shows all once the bank is back', async () => {
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
