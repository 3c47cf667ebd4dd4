/** Screens of officers. */
import { expect, test } from '@jest/globals'
import { until } from '../../support/until.ts'
import { accountOf, ask, goTo, groupInFull, visit } from './world.ts'

groupInFull('officers', () => {
  test('An officer finds a customer, and freezes and unfreezes an account', async () => {
    const { page, complaints } = await visit({ person: 'Maeve Byrne', path: '/customers' })
    await page.getByLabel('Search names and e-mail addresses').fill('walsh')
    await until(async () => (await page.locator('.row').count()) === 1)
    await page.getByRole('link', { name: 'Brendan Walsh' }).click()
    const boat = page.locator('.row').filter({ hasText: 'New boat' })
    for (const [action, state] of [
      ['Freeze', 'Frozen'],
      ['Unfreeze', 'Open'],
    ] as const) {
      await boat.getByRole('button', { name: action, exact: true }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: action, exact: true }).click()
      await boat.getByText(state, { exact: true }).waitFor()
    }
    expect(complaints).toEqual([])
  })

  test('An officer approves a loan with a note and pays it out, which its borrower sees', async () => {
    const account = await accountOf('payer', 'Everyday')
    await ask('payer', 'mutation ($input: ApplyForLoanInput!) { applyForLoan(input: $input) { __typename } }', {
      input: {
        idempotencyKey: 'piano',
        accountId: account.id,
        terms: { principal: '300000', currency: 'EUR', annualRate: '3', instalments: 12 },
        purpose: 'A piano',
      },
    })
    const { page, complaints } = await visit({ person: 'Maeve Byrne', path: '/decisions' })
    const piano = page.locator('.row').filter({ hasText: 'A piano' })
    await piano.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('alertdialog').getByLabel('Note').fill('Play it softly')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click()
    await piano.waitFor({ state: 'detached' })
    await page.getByLabel('State').selectOption('Approved')
    await piano.getByRole('button', { name: 'Pay out' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Pay out' }).click()
    await piano.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])

    const borrower = await visit({ person: 'Ana Ribeiro', path: '/loans' })
    await borrower.page.getByRole('link', { name: 'A piano' }).click()
    await borrower.page.getByText('Play it softly').waitFor()
    await borrower.page.getByText('Paid out').waitFor()
  })

  test('The books are even, and tell every order with the end of the chain', async () => {
    const { page, complaints } = await visit({ person: 'Maeve Byrne', path: '/books' })
    const totals = page.locator('.total')
    await totals.first().waitFor()
    expect(new Set(await totals.locator('td:last-child').allInnerTexts())).toEqual(new Set(['Balanced']))
    expect(await page.locator('.hash').innerText()).toMatch(/^[0-9a-f]{64}$/)
    await page.setViewportSize({ width: 375, height: 812 })
    const hidden = 'document.querySelector(".wide").scrollWidth - document.querySelector(".wide").clientWidth'
    expect(await page.evaluate(hidden)).toBe(0)
    await page.setViewportSize({ width: 1360, height: 850 })
    const orders = page.locator('ol .row')
    await orders.first().waitFor()
    await page.locator('.more').scrollIntoViewIfNeeded()
    await orders.nth(49).waitFor()
    expect(complaints).toEqual([])
  })

  test('An invalid address leads to the page of no such customer', async () => {
    const { page, complaints } = await visit({ person: 'Maeve Byrne', path: '/customers/%E0%A4%A' })
    await page.getByText('There is no such customer.').waitFor()
    expect(complaints).toEqual([])
  })

  test('Customers have no way to what officers do', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: 'Help' }).waitFor()
    expect(await page.getByRole('link', { name: 'Customers' }).count()).toBe(0)
    await goTo(page, '/books')
    await page.getByText('That could not be loaded.').first().waitFor()
  })
})
