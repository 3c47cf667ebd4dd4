/** The running product, the browser, and what the cases of all screens ask of them. */
import type { Page, Request } from 'playwright-core'
import { browserProduct } from '../../gateway/playground/browser-product.ts'
import { runsInFull } from '../../support/in-full.ts'
import type { Product } from '../../support/product.ts'
import { type Visit, type VisitOptions, visitApp } from './visitor.ts'

/** Lifetime of access tokens, in seconds: longer than a test, so that only intended ones end. */
export const TOKEN_LIFETIME = 600

const world = browserProduct({
  IDENTITY_DEMO_TOKEN_LIFETIME: String(TOKEN_LIFETIME),
})
export const { startWorld, stopWorld, product } = world

export const ask: Product['ask'] = (...asked) => product().ask(...asked)

let staying: Visit | undefined

/** Ends the visits of a test, but for that of who stays. */
export const closeVisits = (): Promise<void> => world.closeVisits(staying?.page)

/** With `APP=all` every screen is visited, which takes several times as long. */
export const { isFull, inFull, groupInFull } = runsInFull('APP')

export const visit = (options: VisitOptions = {}): Promise<Visit> => visitApp(world.browser(), product().url, options)

/** One visitor, signed in and at home, for tests that need no new one: loading takes long. */
export async function stay(): Promise<Visit> {
  staying ??= await visit({ person: 'Ana Ribeiro' })
  await goTo(staying.page, '/')
  await staying.page.getByText('Hello, Ana Ribeiro').waitFor()
  return staying
}

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 })

/** Goes to another screen like a link within the page. */
export const goTo = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(`history.pushState(null, '', ${JSON.stringify(`/app${path}`)})`)

export interface AccountOfPayer {
  readonly id: string
  readonly number: string
  readonly name: string
}

export async function accountOf(caller: string, name: string): Promise<AccountOfPayer> {
  const { me } = await ask<{ me: { accounts: { edges: { node: AccountOfPayer }[] } } }>(
    caller,
    '{ me { accounts(first: 20) { edges { node { id number name } } } } }',
  )
  const found = me.accounts.edges.map(({ node }) => node).find((one) => one.name === name)
  if (!found) throw new Error(`There is no account "${name}".`)
  return found
}

/** How often the ledger has a payment with this reference in the account. */
export async function timesPaid(caller: string, account: string, reference: string): Promise<number> {
  const { account: found } = await ask<{ account: { entries: { edges: unknown[] } } }>(
    caller,
    'query ($id: ID!, $text: String!) { account(id: $id) { entries(filter: { text: $text }) { edges { cursor } } } }',
    { id: account, text: reference },
  )
  return found.entries.edges.length
}

/** Up to the last look before the money moves. */
export async function reviewPayment(page: Page, reference: string, amount = '12.50'): Promise<void> {
  await page.getByRole('link', { name: 'Pay', exact: true }).first().click()
  await page.getByRole('button', { name: 'Rainy days' }).click()
  await page.getByLabel('Amount in EUR').fill(amount)
  await page.getByLabel('Reference').fill(reference)
  await page.getByRole('button', { name: 'Review' }).click()
  await page.getByText('will be paid at once').waitFor()
}

export const isPayment = (request: Request): boolean => request.postData()?.includes('mutation Pay(') ?? false
