/** The web app in Chromium, against the product as `npm start` runs it. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page, Request } from 'playwright-core'
import { faultsIn, sidewaysIn } from '../../gateway/playground/axe.ts'
import { closePages, keepScreenshot, launchBrowser } from '../../gateway/playground/browser.ts'
import { runsInFull } from '../../support/in-full.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { until } from '../../support/until.ts'
import { signIn, type Visit, type VisitOptions, visitApp } from './visitor.ts'

const BUILD = fileURLToPath(new URL('../../../client/app/build.ts', import.meta.url))

let product: Product
let browser: Browser
beforeAll(async () => {
  // Does nothing after `npm install`, unless the page was edited since.
  await promisify(execFile)(process.execPath, [BUILD])
  browser = await launchBrowser()
  product = await startProduct()
})
afterEach(() => closePages(browser, staying?.page))
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

/** With `APP=all` every screen is visited, too: that takes several times as long. */
const { isFull, inFull, groupInFull } = runsInFull('APP')

const visit = (options: VisitOptions = {}): Promise<Visit> => visitApp(browser, product.url, options)

let staying: Visit | undefined

/** One visitor, signed in and at home, for tests that need no new one: loading takes long. */
async function stay(): Promise<Visit> {
  staying ??= await visit({ person: 'Ana Ribeiro' })
  await goTo(staying.page, '/')
  await staying.page.getByText('Hello, Ana Ribeiro').waitFor()
  return staying
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 })

/** To another screen, as a link within the page does. */
const goTo = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(`history.pushState(null, '', ${JSON.stringify(`/app${path}`)})`)

/** Has the demo's supervisor stop or start a service. */
async function turn(action: 'stop' | 'start', name: string): Promise<void> {
  const response = await fetch(`${product.url}/demo/services`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, action }),
  })
  expect(response.status).toBe(200)
}

describe('sign-in', () => {
  test('Who is signed out signs in at the provider, and sees accounts with balances', async () => {
    const { page, requests, complaints } = await stay()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    const account = page.getByRole('link', { name: /Everyday/ })
    expect((await account.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/Current account · …\d{4} €[\d,]+\.\d\d/)
    await account.getByText('Lisbon').waitFor()
    const origins = new Set(requests.map((url) => new URL(url).origin))
    expect([...origins].sort()).toEqual([product.url, product.identityUrl].sort())
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
    expect(page.url()).toBe(`${product.url}/app/`)
    await page.goto(`${product.url}/app/more`)
    await signIn(page, 'Ana Ribeiro')
    await heading(page, 'More').waitFor()
    expect(page.url()).toBe(`${product.url}/app/more`)
  })

  test('Who signs out in one tab is signed out in the others, where nothing typed is left', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', path: '/pay' })
    const other = await page.context().newPage()
    await other.goto(`${product.url}/app/pay`)
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
    expect(page.url()).toBe(`${product.url}/app/`)
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
    const askedFor = (): number => requests.filter((url) => url === `${product.identityUrl}/token`).length
    const before = askedFor()
    await refuseOnce(page)
    await goTo(page, '/exchange')
    await page.getByText('1 EUR =').first().waitFor()
    expect(askedFor()).toBe(before + 1)
  })

  test('Who is no longer known to the provider is signed out, and told why', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro' })
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await page.route(`${product.identityUrl}/token`, (route) =>
      route.fulfill({ status: 400, contentType: 'application/json', body: '{"error":"invalid_grant"}' }),
    )
    await refuseOnce(page)
    await goTo(page, '/exchange')
    await page.getByText('Your session has ended.').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})

groupInFull('entries', () => {
  test('They go on as far back as one scrolls, each with merchant, city and that day’s weather', async () => {
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

/** Asks the graph as a demo caller does, beside the page. */
async function ask<Data>(caller: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await product.authorization(caller) },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

interface AccountOfPayer {
  readonly id: string
  readonly number: string
  readonly name: string
}

async function accountOf(caller: string, name: string): Promise<AccountOfPayer> {
  const { me } = await ask<{ me: { accounts: { edges: { node: AccountOfPayer }[] } } }>(
    caller,
    '{ me { accounts(first: 20) { edges { node { id number name } } } } }',
  )
  const found = me.accounts.edges.map(({ node }) => node).find((one) => one.name === name)
  if (!found) throw new Error(`There is no account "${name}".`)
  return found
}

/** How often the ledger has a payment with this reference in the account. */
async function timesPaid(caller: string, account: string, reference: string): Promise<number> {
  const { account: found } = await ask<{ account: { entries: { edges: unknown[] } } }>(
    caller,
    'query ($id: ID!, $text: String!) { account(id: $id) { entries(filter: { text: $text }) { edges { cursor } } } }',
    { id: account, text: reference },
  )
  return found.entries.edges.length
}

/** Up to the last look before the money moves. */
async function reviewPayment(page: Page, reference: string, amount = '12.50'): Promise<void> {
  await page.getByRole('link', { name: 'Pay', exact: true }).first().click()
  await page.getByRole('button', { name: 'Rainy days' }).click()
  await page.getByLabel('Amount in EUR').fill(amount)
  await page.getByLabel('Reference').fill(reference)
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByText('will be paid at once').waitFor()
}

const isPayment = (request: Request): boolean => request.postData()?.includes('mutation Pay(') ?? false

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

  test('What cannot be paid is said beside its field, before anything is asked', async () => {
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
    expect(await timesPaid('payer', everyday.id, 'Double click')).toBe(1)
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
    // Only then: the page before must not hear the answer, which it would tell nobody.
    await page.waitForRequest(isPayment)
    // The form knows of no answer: one that comes later clears nothing that is typed after it.
    await page.getByRole('button', { name: 'Review' }).waitFor()
    endLoss()
    await page.getByText('The bank has answered: €12.50 was carried out.').waitFor()
    expect(await timesPaid('payer', everyday.id, 'Lost answer')).toBe(1)
    // The same again is another payment.
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

  test('A page that is loaded anew offline says so, keeps what waits, and pays once when the network is back', async () => {
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
    expect(page.url()).toBe(`${product.url}/app/pay`)
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
    expect(page.url()).toBe(`${product.url}/app/pay`)
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

  test('Who leaves the screen while it pays is told the outcome on the next one', async () => {
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
    // What was refused is still in the form.
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
  /** Who, how much and for what. */
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

  test('An address that nobody could have is told to be of no customer', async () => {
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

describe('outages', () => {
  test('Without weather all else is there, the page says so quietly, and it comes back by itself', async () => {
    await turn('stop', 'weather')
    const { page } = await visit({ person: 'Brendan Walsh' })
    // The gateway knows the weather of cities that were asked for a moment ago; nobody asked for
    // these days.
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

describe('for everybody', () => {
  test('A screen whose files are gone says so, and is there once the page is loaded anew', async () => {
    const { page } = await stay()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    await page.route('**/*statements*.js', (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'Statements' }).click()
    await heading(page, 'This screen could not be shown').waitFor()
    await page.unroute('**/*statements*.js')
    await page.getByRole('button', { name: 'Load the page again' }).click()
    await page.getByText('At the beginning').waitFor()
  })

  /** A form, a chart, prose, and what officers decide; others are made of the same. */
  const always = ['/pay', '/insights', '/articles/holds-and-available-balance', '/decisions']
  const isShown = ([path]: readonly [string, string]): boolean => isFull || always.includes(path)
  test.each([
    ...(isFull ? ([{ width: 1360, height: 850, colorScheme: 'light' }] as const) : []),
    { width: 375, height: 812, colorScheme: 'dark' } as const,
  ])(
    'At $width pixels, $colorScheme, axe finds nothing, nothing scrolls sideways, and every operation is registered',
    async (options) => {
      const { page, operations, complaints } = await visit(options)
      const judge = async (screen: string, on = page): Promise<void> => {
        const found = { screen, faults: await faultsIn(on), sideways: await sidewaysIn(on) }
        expect(found).toEqual({ screen, faults: [], sideways: 0 })
      }
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      await judge('welcome')
      await signIn(page, 'Ana Ribeiro')
      await page.getByRole('link', { name: /Everyday/ }).waitFor()
      await judge('accounts')
      await page.getByRole('link', { name: /Everyday/ }).click()
      await page.locator('.day .row').first().waitFor()
      await page.getByRole('button', { name: 'Filters' }).click()
      await judge('account')
      const screens = [
        ['/pay', 'Review'],
        ['/insights', 'Groceries'],
        ['/help', 'What the three balances mean'],
        ['/articles/holds-and-available-balance', 'What a hold is'],
        ['/articles/retry-a-payment-safely', 'The mutation'],
        ['/standing-orders', 'New order'],
        ['/standing-orders/new', 'How often'],
        ['/holds', 'Reserve money'],
        ['/loans/new', 'Effective annual rate'],
        ['/exchange', 'Rates of today'],
        ['/statements', 'At the beginning'],
        ['/more', 'Colours'],
      ] as const
      for (const [path, seen] of screens.filter(isShown)) {
        await goTo(page, path)
        await page.getByRole('main').getByText(seen).first().waitFor()
        await judge(path)
      }
      await goTo(page, '/loans')
      await page.locator('.row').getByRole('link').first().click()
      await page.getByRole('region', { name: 'Schedule' }).waitFor()
      await judge('a loan')
      await goTo(page, '/pay')
      await page.getByRole('button', { name: 'Review' }).click()
      await page.getByText('This is no valid IBAN.').waitFor()
      await judge('a form with faults')
      const officer = await visit({ ...options, person: 'Maeve Byrne' })
      const screensOfOfficers = [
        ['/customers', 'Brendan Walsh'],
        ['/customers/payee', 'New boat'],
        ['/decisions', 'A bigger boat'],
        ['/books', 'Hash of the chain'],
      ] as const
      for (const [path, seen] of screensOfOfficers.filter(isShown)) {
        await goTo(officer.page, path)
        await officer.page.getByRole('main').getByText(seen).first().waitFor()
        await judge(path, officer.page)
      }
      await goTo(officer.page, '/decisions')
      await officer.page.getByRole('button', { name: 'Decline' }).first().click()
      await officer.page.getByRole('alertdialog').waitFor()
      await judge('a question', officer.page)
      expect([...complaints, ...officer.complaints]).toEqual([])
      const manifest = new URL('../../../client/app/page/generated/persisted-documents.json', import.meta.url)
      const registered = new Set(Object.values(JSON.parse(await readFile(manifest, 'utf8'))))
      expect([...operations, ...officer.operations].filter((text) => !registered.has(text))).toEqual([])
    },
  )

  test('It speaks Portuguese to who does, and remembers another choice', async () => {
    const { page } = await visit({ person: 'Ana Ribeiro', locale: 'pt-PT' })
    await page.getByText('Olá, Ana Ribeiro').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('pt')
    expect(await page.getByRole('link', { name: /Everyday/ }).innerText()).toMatch(/\d{2},\d{2}\s€/)
    await page.getByLabel('Idioma').selectOption('English')
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    await page.reload()
    await page.getByText('Hello, Ana Ribeiro').waitFor()
  })

  test('The keyboard alone signs in and reads an account', async () => {
    const { page } = await visit()
    const press = async (name: string): Promise<void> => {
      const isThere = async (): Promise<boolean> =>
        (await page.locator('a:focus, button:focus').filter({ hasText: name }).count()) === 1
      for (let tabs = 0; tabs < 30 && !(await isThere()); tabs += 1) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
    }
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await press('Sign in')
    await page.getByRole('button', { name: 'Ana Ribeiro' }).waitFor()
    await press('Ana Ribeiro')
    await page.getByRole('link', { name: /Everyday/ }).waitFor()
    await press('Everyday')
    await heading(page, 'Everyday').waitFor()
  })

  // The last one, since it renames an account.
  test('Words of any length fit a phone', async () => {
    const [longName, long] = ['N'.repeat(70), 'W'.repeat(140)]
    const { number } = await accountOf('payer', 'Rainy days')
    const { id: from } = await accountOf('payer', 'Everyday')
    const of = { from, to: number, amount: '101', currency: 'EUR', reference: long }
    await ask('payer', 'mutation ($input: RenameAccountInput!) { renameAccount(input: $input) { __typename } }', {
      input: { idempotencyKey: 'long-name', accountId: from, name: longName },
    })
    await ask('payer', 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }', {
      input: { ...of, idempotencyKey: 'long-payment' },
    })
    await ask('payer', 'mutation ($input: HoldFundsInput!) { holdFunds(input: $input) { __typename } }', {
      input: { ...of, idempotencyKey: 'long-hold', expiresInSeconds: 86_400 },
    })
    await ask('payer', 'mutation ($input: ApplyForLoanInput!) { applyForLoan(input: $input) { __typename } }', {
      input: {
        idempotencyKey: 'long-loan',
        accountId: from,
        terms: { principal: '300000', currency: 'EUR', annualRate: '3', instalments: 12 },
        purpose: long,
      },
    })
    const { page } = await visit({ person: 'Ana Ribeiro', width: 375 })
    const judge = async (screen: string): Promise<void> => {
      await page
        .getByText(new RegExp(`${longName}|${long}`))
        .first()
        .waitFor({ state: 'attached' })
      expect({ screen, sideways: await sidewaysIn(page) }).toEqual({ screen, sideways: 0 })
    }
    await judge('accounts')
    await page.getByRole('link', { name: longName }).click()
    await page.locator('.day .row').filter({ hasText: long }).first().waitFor()
    await judge('account')
    for (const path of ['/holds', '/loans', '/insights', '/exchange', '/pay']) {
      await goTo(page, path)
      await judge(path)
    }
    await page.getByRole('button', { name: 'Rainy days' }).click()
    await page.getByLabel('Amount in EUR').fill('1')
    await page.getByLabel('Reference').fill(long)
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByText('will be paid at once').waitFor()
    await judge('review')
    await page.getByRole('button', { name: 'Pay now' }).click()
    await page.getByText('Number of the transfer').waitFor()
    await judge('receipt')
  })
})
