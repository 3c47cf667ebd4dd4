/** Payments, each made once despite any failure. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { faultsIn } from '../../gateway/playground/axe.ts'
import { keepScreenshot } from '../../gateway/playground/browser.ts'
import { until } from '../../support/until.ts'
import { signIn } from './visitor.ts'
import {
  type AccountOfPayer,
  accountOf,
  ask,
  goTo,
  heading,
  inFull,
  isPayment,
  product,
  reviewPayment,
  stay,
  timesPaid,
  visit,
} from './world.ts'

/** The bank pays, but no answer arrives until the returned function is called. */
async function loseAnswers(page: Page): Promise<() => void> {
  let isLost = true
  await page.route('**/graphql', async (route) => {
    if (!isLost || !isPayment(route.request())) return route.continue()
    await route.fetch()
    await route.abort()
  })
  return () => {
    isLost = false
  }
}

describe('payments', () => {
  let everyday: AccountOfPayer
  beforeAll(async () => {
    everyday = await accountOf('payer', 'Everyday')
  })

  test('An invalid payment is explained beside its field, before any request', async () => {
    const { page, requests } = await stay()
    await goTo(page, '/pay')
    await page.getByLabel('To (IBAN)').fill('IE00 TRIB 0000')
    await page.getByLabel('Amount in EUR').fill('1.234')
    const before = requests.length
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByText('This is no valid IBAN.').waitFor()
    await page.getByText('Enter an amount above zero').waitFor()
    expect(requests.length).toBe(before)
  })

  test('A payment is shown before it is made, and a double click pays once', async () => {
    const { page, complaints } = await stay()
    await reviewPayment(page, 'Double click')
    expect(await timesPaid('payer', everyday.id, 'Double click')).toBe(0)
    await keepScreenshot(page, 'app-payment-review')
    await page.getByRole('button', { name: 'Pay now' }).dblclick()
    await page.getByText('Number of the transfer').waitFor()
    expect(await faultsIn(page)).toEqual([]) // what is announced meanwhile, too
    // The second click may come after the receipt.
    const another = page.getByRole('button', { name: 'Another payment' })
    await another.hover()
    await page.mouse.down({ clickCount: 2 })
    await page.mouse.up({ clickCount: 2 })
    expect(await another.isVisible()).toBe(true)
    expect(await timesPaid('payer', everyday.id, 'Double click')).toBe(1)
    await another.click()
    await page.getByRole('button', { name: 'Review' }).waitFor()
    expect(complaints).toEqual([])
  })

  inFull('A payment whose answer was lost is made once, and told of after a reload', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await reviewPayment(page, 'Lost answer')
    const endLoss = await loseAnswers(page)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('€12.50 is waiting for the bank’s answer.').waitFor()
    await until(async () => (await timesPaid('payer', everyday.id, 'Lost answer')) === 1)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('It stays in this browser until you sign in again.').waitFor()
    await page.reload()
    // Waits for the request: the page before must not get the answer.
    await page.waitForRequest(isPayment)
    // The form knows of no answer: one that comes later clears nothing that is typed after it.
    await page.getByRole('button', { name: 'Review' }).waitFor()
    endLoss()
    await page.getByText('The bank has answered: €12.50 was carried out.').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Lost answer')).toBe(1)
    // The same input again is another payment.
    await reviewPayment(page, 'Lost answer')
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Number of the transfer').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Lost answer')).toBe(2)
  })

  inFull('A payment that was made after all, when nobody waited for it any more, leaves the form', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await reviewPayment(page, 'Late answer', '12.60')
    const endLoss = await loseAnswers(page)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('The bank has not answered.').waitFor({ timeout: 60_000 })
    endLoss()
    await page.getByText('The bank has answered: €12.60 was carried out.').waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Review' }).waitFor()
    expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('')
    expect(await timesPaid('payer', everyday.id, 'Late answer')).toBe(1)
  })

  test('Who changes a payment whose outcome is unknown learns of it first, and then may pay both', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await reviewPayment(page, 'First wish')
    const endLoss = await loseAnswers(page)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await until(async () => (await timesPaid('payer', everyday.id, 'First wish')) === 1)
    // The page asks for the outcome at once after a reload, and gets no answer.
    let asks = 0
    await page.route('**/graphql', async (route) => {
      if (isPayment(route.request()) && asks++ === 0) return
      await route.fallback()
    })
    await page.reload()
    await until(() => asks > 0)
    endLoss()
    await reviewPayment(page, 'Second wish', '13.50')
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByRole('alert').getByText('What you asked for before was carried out').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Second wish')).toBe(0)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Number of the transfer').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Second wish')).toBe(1)
    expect(await timesPaid('payer', everyday.id, 'First wish')).toBe(1)
  })

  inFull('What another tab has settled does not wait for an answer any more', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await reviewPayment(page, 'Settled elsewhere')
    const endLoss = await loseAnswers(page)
    await page.getByRole('button', { name: 'Pay now' }).click()
    const waits = page.getByText('€12.50 is waiting for the bank’s answer.')
    await waits.waitFor()
    const other = await page.context().newPage()
    await other.goto(`${product().url}/health/live`)
    await other.evaluate(`for (const key of Object.keys(localStorage))
      if (key.startsWith('tributary:pending:')) localStorage.removeItem(key)`)
    await waits.waitFor({ state: 'detached' })
    endLoss()
    await page.getByText('Number of the transfer').waitFor()
  })

  inFull('Who is offline pays once the network is back', async () => {
    const { page } = await stay()
    await reviewPayment(page, 'Offline')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('€12.50 is waiting for the bank’s answer.').waitFor()
    await page.context().setOffline(false)
    await page.getByText('Number of the transfer').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Offline')).toBe(1)
  })

  test('A page that is reloaded offline says so, keeps pending payments, and pays once when the network is back', async () => {
    const { page, complaints } = await visit({ person: 'Ana Ribeiro', isKept: true })
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await reviewPayment(page, 'Offline reload')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('€12.50 is waiting for the bank’s answer.').waitFor()
    await page.reload()
    await heading(page, 'You are offline').waitFor()
    await page.getByText('What you asked the bank for is kept').waitFor()
    expect(await faultsIn(page)).toEqual([])
    await keepScreenshot(page, 'app-offline')
    expect(page.url()).toBe(`${product().url}/app/pay`)
    await page.context().setOffline(false)
    await page.getByText('The bank has answered: €12.50 was carried out.').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Offline reload')).toBe(1)
    const kept = (await page.evaluate(`caches.keys().then(async (names) => {
      const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return all.flat().map(({ url }) => new URL(url).pathname)
    })`)) as string[]
    expect(kept).toContain('/app/')
    expect(kept.filter((path) => !/^\/app\/(assets\/[\w-]+\.\w+)?$/.test(path))).toEqual([])
    expect(complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  test('What the bank refuses is said, and the form keeps what was typed', async () => {
    const { page } = await stay()
    await reviewPayment(page, 'Too much', '9,999,999.00')
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByRole('alert').getByText('There is not enough money in the account.').waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    expect(await page.getByLabel('Reference').inputValue()).toBe('Too much')
  })

  test('Back leads from the last look to the form, and what was typed outlives a look at another screen', async () => {
    const { page } = await stay()
    await reviewPayment(page, 'Went back', '3.10')
    await page.goBack()
    await page.getByRole('button', { name: 'Review' }).waitFor()
    expect(page.url()).toBe(`${product().url}/app/pay`)
    await page.getByRole('link', { name: 'Insights' }).click()
    await heading(page, 'Insights').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Review' }).waitFor()
    expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('3.10')
    expect(await page.getByLabel('Reference').inputValue()).toBe('Went back')
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Number of the transfer').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Review' }).waitFor()
    expect(await page.getByLabel('Amount in EUR').inputValue()).toBe('')
    expect(await timesPaid('payer', everyday.id, 'Went back')).toBe(1)
  })

  test('A user who leaves the screen during a payment sees the outcome on the next one', async () => {
    const { page } = await stay()
    for (const [reference, amount, told] of [
      ['Left, paid', '1.23', 'The bank has answered: €1.23 was carried out.'],
      [
        'Left, refused',
        '9,999,999.00',
        'The bank has refused €9,999,999.00. There is not enough money in the account.',
      ],
    ] as const) {
      await reviewPayment(page, reference, amount)
      let answer = (): void => undefined
      const isLeft = new Promise<void>((resolve) => {
        answer = resolve
      })
      await page.route('**/graphql', async (route) => {
        if (isPayment(route.request())) await isLeft
        await route.continue()
      })
      await page.getByRole('button', { name: 'Pay now' }).click()
      await page.getByRole('link', { name: 'Insights' }).click()
      await heading(page, 'Insights').waitFor()
      answer()
      const notice = page.getByRole('status').filter({ hasText: told })
      await notice.waitFor()
      await page.unroute('**/graphql')
      await notice.getByRole('button', { name: 'Close' }).click()
    }
    await page.getByRole('link', { name: 'Pay', exact: true }).first().click()
    // The refused input is still in the form.
    expect(await page.getByLabel('Reference').inputValue()).toBe('Left, refused')
    await page.getByLabel('Reference').fill('')
    expect(await timesPaid('payer', everyday.id, 'Left, paid')).toBe(1)
  })

  inFull('An account that is open follows what happens elsewhere', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    const savings = await accountOf('payer', 'Rainy days')
    const followed = page.waitForResponse((response) => response.request().postData()?.includes('Activity') ?? false)
    await page.getByRole('link', { name: /Rainy days/ }).click()
    await page.locator('.day .row').first().waitFor()
    await followed
    const input = { idempotencyKey: 'live-1', from: everyday.id, to: savings.number, amount: '777', currency: 'EUR' }
    await ask('payer', 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }', {
      input: { ...input, reference: 'Seen live' },
    })
    await page.locator('.day .row').first().getByText('Seen live').waitFor()
    const balance = await ask<{ account: { balance: { available: { formatted: string } } } }>(
      'payer',
      'query ($id: ID!) { account(id: $id) { balance { available { formatted } } } }',
      { id: savings.id },
    )
    await page.locator('.balance').getByText(balance.account.balance.available.formatted).waitFor()
  })

  test('The list of accounts follows what happens elsewhere, without asking by the clock', async () => {
    const { page } = await visit()
    await page.clock.install()
    const followed = page.waitForResponse((response) => response.request().postData()?.includes('Activity') ?? false)
    await signIn(page, 'Ana Ribeiro')
    await followed
    await page.clock.pauseAt(new Date(Date.now() + 5_000))
    const savings = await accountOf('payer', 'Rainy days')
    const availableOf = (name: string) => page.getByRole('link', { name }).locator('.account-money .money').innerText()
    const before = [await availableOf('Everyday'), await availableOf('Rainy days')]
    await ask('payer', 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }', {
      input: { idempotencyKey: 'live-2', from: everyday.id, to: savings.number, amount: '888', currency: 'EUR' },
    })
    await until(async () => (await availableOf('Everyday')) !== before[0])
    await until(async () => (await availableOf('Rainy days')) !== before[1])
  })
})
