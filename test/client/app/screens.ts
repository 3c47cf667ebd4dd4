/** The other screens of customers. */
import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { keepScreenshot } from '../../gateway/playground/browser.ts'
import { until } from '../../support/until.ts'
import { goTo, groupInFull, heading, visit } from './world.ts'

groupInFull('entries', () => {
  test('The list of entries loads on scrolling, each entry with merchant, city and the weather of its day', async () => {
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

groupInFull('search, insights and help', () => {
  test('Entries are found by words and by category', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Everyday/ }).click()
    await page.getByLabel('Search merchants and references').fill('ribeira')
    const rows = page.locator('.day .row')
    await page.getByRole('button', { name: 'Show all entries' }).waitFor()
    await until(async () => {
      const names = await rows.locator('strong').allInnerTexts()
      return names.length > 0 && names.every((name) => name === 'Mercado da Ribeira')
    })
    await page.getByRole('button', { name: 'Show all entries' }).click()
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByLabel('Category').selectOption('Housing')
    await until(async () => {
      const texts = await rows.allInnerTexts()
      return texts.length > 0 && texts.every((text) => text.includes('Housing'))
    })
    await page.getByLabel('Search merchants and references').fill('nobody sells this')
    await page.getByText('No entry fits.').waitFor()
  })

  test('Insights draw the balance over time and add up spending, which leads to its entries', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/insights' })
    await page.locator('.chart .recharts-area-curve').waitFor()
    await page.getByText('Show the figures').click()
    // A year ago, the ends of the months since, and today, which may be one.
    expect([13, 14]).toContain(await page.locator('.figures tbody tr').count())
    const days = (await page.locator('.chart .recharts-area-curve').getAttribute('d'))?.match(/L/g)?.length ?? 0
    expect(days).toBeGreaterThan(365)
    await page.getByRole('link', { name: 'Groceries' }).click()
    await until(async () => {
      const texts = await page.locator('.day .row').allInnerTexts()
      return texts.length > 0 && texts.every((text) => text.includes('Groceries'))
    })
    expect(complaints).toEqual([])
  })

  test('The article that fits a screen is a click away, and articles are searched', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/pay' })
    await page.getByRole('complementary', { name: 'Help' }).getByRole('link').click()
    await page.locator('.article table').first().waitFor()
    await page.getByRole('link', { name: /All help articles/ }).click()
    await page.getByLabel('Search the help').fill('tranfser')
    await page.getByRole('link', { name: /when you send a transfer/ }).click()
    await heading(page, /when you send a transfer/).waitFor()
    expect(complaints).toEqual([])
  })
})

groupInFull('holds, standing orders, loans, exchange and statements', () => {
  /** Fills in payee, amount and reference. */
  async function fillTransfer(page: Page, reference: string): Promise<void> {
    await page.getByRole('button', { name: 'Rainy days' }).click()
    await page.getByLabel('Amount in EUR').fill('20')
    await page.getByLabel('Reference').fill(reference)
  }
  const rowOf = (page: Page, text: string) => page.locator('.row').filter({ hasText: text })

  test('Money is reserved and released, after a question', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/holds' })
    await page.getByRole('link', { name: 'Reserve money' }).click()
    await fillTransfer(page, 'Hotel in Porto')
    await page.getByRole('button', { name: 'Reserve', exact: true }).click()
    await page.locator('.done-title').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Reservations' }).last().click()
    const row = rowOf(page, 'Hotel in Porto')
    await row.getByRole('button', { name: 'Release' }).click()
    await page.getByRole('alertdialog').getByText('Release €20.00 that is reserved for Ana Ribeiro?').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click()
    await row.getByText('Released').waitFor()
    expect(complaints).toEqual([])
  })

  test('A standing order is made for the days to come, changed, and cancelled', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/standing-orders/new' })
    await fillTransfer(page, 'Every week')
    await page.getByLabel('How often').selectOption('Every week')
    await page.getByLabel('First on').fill('2020-01-01')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('The day is over already.').waitFor()
    await page.getByLabel('First on').fill('2099-01-01')
    await page.getByRole('button', { name: 'Order' }).click()
    const row = rowOf(page, 'Every week')
    await row.getByText('Next on 1 January 2099').waitFor()
    await row.getByRole('button', { name: 'Change' }).click()
    const change = page.getByRole('alertdialog')
    await change.getByLabel('Amount in EUR').fill('nothing')
    await change.getByText('Enter an amount above zero').waitFor()
    expect(await change.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true)
    await change.getByLabel('Amount in EUR').fill('35')
    await change.getByLabel('Last on').fill('2099-12-31')
    await change.getByRole('button', { name: 'Change' }).click()
    await row.getByText('€35.00').waitFor()
    await row.getByText('last on 31 December 2099').waitFor()
    await row.getByRole('link', { name: 'Copy' }).click()
    const filled = ['Amount in EUR', 'Reference', 'How often', 'First on', 'Last on'].map((label) =>
      page.getByLabel(label).inputValue(),
    )
    expect(await Promise.all(filled)).toEqual(['35.00', 'Every week', 'WEEKLY', '2099-01-01', '2099-12-31'])
    await page.goBack()
    await row.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    await row.getByText('Cancelled').waitFor()
    expect(complaints).toEqual([])
  })

  test('An order for one day is made, whatever last day was typed before', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/standing-orders/new' })
    await fillTransfer(page, 'On one day')
    await page.getByLabel('First on').fill('2099-01-01')
    await page.getByLabel('Last on').fill('2098-12-31')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('The last day is before the first.').waitFor()
    await page.getByLabel('How often').selectOption('Once')
    await page.getByRole('button', { name: 'Order' }).click()
    await rowOf(page, 'On one day').getByText('Next on 1 January 2099').waitFor()
  })

  test('A loan is quoted while its terms are chosen, asked for, and withdrawn', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/loans/new' })
    await page.getByLabel('Amount in EUR').fill('12,000')
    await page.getByLabel('Interest in % a year').fill('0')
    await page.getByLabel('Monthly payments').selectOption('12 months')
    await page.locator('.balance').getByText('€1,000.00').waitFor()
    await page.getByLabel('What for').fill('A small boat')
    await page.getByRole('button', { name: 'Ask for this loan' }).click()
    await heading(page, 'A small boat').waitFor()
    expect(await page.getByRole('region', { name: 'Schedule' }).locator('tbody tr').count()).toBe(12)
    await page.getByRole('button', { name: 'Withdraw the request' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw the request' }).click()
    await page.locator('.lead').getByText('Withdrawn').waitFor()
    expect(complaints).toEqual([])
  })

  test('However often one presses, money is reserved, ordered and lent once', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/holds/new' })
    const sent: string[] = []
    page.on('request', (request) => {
      const [, name = ''] =
        /"operationName":"(Hold|Order|ApplyForLoan|CancelOrder)"/.exec(request.postData() ?? '') ?? []
      if (name) sent.push(name)
    })
    await fillTransfer(page, 'Pressed twice')
    await page.getByRole('button', { name: 'Reserve', exact: true }).dblclick()
    await page.locator('.done-title').waitFor()
    await goTo(page, '/standing-orders/new')
    await fillTransfer(page, 'Pressed twice')
    await page.getByLabel('Reference').press('Enter')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Pressed twice').waitFor()
    await rowOf(page, 'Pressed twice').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).dblclick()
    await rowOf(page, 'Pressed twice').getByText('Cancelled').waitFor()
    await goTo(page, '/loans/new')
    await page.getByLabel('What for').fill('Pressed twice')
    await page.getByRole('button', { name: 'Ask for this loan' }).dblclick()
    await heading(page, 'Pressed twice').waitFor()
    expect(sent).toEqual(['Hold', 'Order', 'CancelOrder', 'ApplyForLoan'])
  })

  test('A loan under way shows what is owed and paid, and is repaid in part', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/loans' })
    await page.locator('.row').filter({ hasText: 'Active' }).getByRole('link').first().click()
    await page.getByRole('region', { name: 'Schedule' }).getByText('Paid').first().waitFor()
    const owed = page.locator('.balance .money')
    const before = await owed.innerText()
    await page.getByLabel('Repay in EUR').fill('200')
    await page.getByRole('button', { name: 'Repay' }).click()
    await page.getByRole('alertdialog').getByText('Repay €200.00?').waitFor()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Repay' }).click()
    await until(async () => (await owed.innerText()) !== before)
    await page.locator('.row').filter({ hasText: 'Repaid' }).filter({ hasText: '€200.00' }).first().waitFor()
  })

  test('An offer to exchange is taken once', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/exchange' })
    await page.getByLabel('Amount in EUR').fill('100')
    await page.getByRole('button', { name: 'Ask for an offer' }).click()
    await page.getByText(/Good for \d+ more seconds/).waitFor()
    await page.getByRole('button', { name: 'Exchange now' }).dblclick()
    await page.getByText('Exchanged').waitFor()
    expect(await page.locator('.balance .money').innerText()).toMatch(/^\$\d+\.\d\d$/)
    expect(complaints).toEqual([])
  })

  test('An offer to exchange is taken on a device whose clock is ahead', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/exchange' })
    await page.clock.install({ time: Date.now() + 300_000 })
    await page.getByLabel('Amount in EUR').fill('100')
    await page.getByRole('button', { name: 'Ask for an offer' }).click()
    await page.getByRole('button', { name: 'Exchange now' }).click()
    await page.getByText('Exchanged').waitFor()
  })

  test('A statement is shown and loaded as a file', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', path: '/statements' })
    await page.getByText('At the beginning').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.csv$/)
    expect((await readFile(await download.path(), 'utf8')).split('\n').length).toBeGreaterThan(100)
    await heading(page, 'Statements').waitFor()
    expect(complaints).toEqual([])
  })
})
