/** Screens for eyes, keyboards and languages of all kinds. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { faultsIn, sidewaysIn } from '../../gateway/playground/axe.ts'
import { signIn } from './visitor.ts'
import { accountOf, ask, goTo, heading, isFull, stay, visit } from './world.ts'

describe('for everybody', () => {
  test('A screen whose files are gone says so, and works after a reload', async () => {
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

  test('The app uses the language of the browser, and remembers another choice', async () => {
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
