/** The product that the cases of all clients share, with ways to it that lose answers or break. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { ApolloClient } from '@apollo/client'
import type { Browser } from 'playwright-core'
import { AccountActivityDocument } from '../../client/operations.ts'
import { launchBrowser } from '../gateway/playground/browser.ts'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { runsInFull } from '../support/in-full.ts'
import { type Line, startLine } from '../support/line.ts'
import { type Product, startProduct } from '../support/product.ts'
import { until } from '../support/until.ts'
import { type Pages, startPages } from './pages.ts'

interface World {
  readonly product: Product
  readonly proxy: CuttingProxy
  readonly line: Line
  readonly pages: Pages
  readonly browser: Browser
}

let world: World | undefined
const ends: (() => Promise<void>)[] = []

export const { inFull } = runsInFull('CLIENTS')

/** Has something done when all cases are over. */
export function atEnd(end: () => Promise<void>): void {
  ends.push(end)
}

/** Settings that some clients need besides those of `npm start`. */
const settingsFor = (origin: string): Readonly<Record<string, string>> => ({
  CORS_ORIGINS: origin,
  OPERATIONS_BATCH_SIZE: '10',
  SAFELIST: fileURLToPath(new URL('../../client/generated/persisted-documents.json', import.meta.url)),
  OPERATIONS_SAFELIST_MODE: 'off', // resolves ids, and lets all else through
})

export async function startWorld(): Promise<void> {
  const pages = await startPages()
  const [browser, product] = await Promise.all([launchBrowser(), startProduct(settingsFor(pages.origin))])
  world = { product, pages, browser, proxy: await startCuttingProxy(product.url), line: await startLine(product.url) }
}

export async function stopWorld(): Promise<void> {
  for (const end of ends) await end()
  await world?.browser.close()
  await world?.pages.close()
  await world?.line.close()
  await world?.proxy.close()
  await world?.product.stop()
}

function started(): World {
  if (!world) throw new Error('Ask for it inside a test.')
  return world
}

export const product = (): Product => started().product
export const proxy = (): CuttingProxy => started().proxy
export const line = (): Line => started().line
export const pages = (): Pages => started().pages
export const browser = (): Browser => started().browser

export async function tokenOf(caller: string): Promise<string> {
  const authorization = await product().authorization(caller)
  return authorization.replace('Bearer ', '')
}

interface Account {
  readonly id: string
  readonly number: string
}

/** The first account in euro. */
export async function euroAccountOf(caller: string): Promise<Account> {
  const { me } = await product().ask<{ me: { accounts: { edges: { node: Account & { currency: string } }[] } } }>(
    caller,
    '{ me { accounts(first: 10) { edges { node { id number currency } } } } }',
  )
  const [found] = me.accounts.edges.map(({ node }) => node).filter(({ currency }) => currency === 'EUR')
  if (!found) throw new Error(`The ${caller} has no account in euro.`)
  return found
}

/** The number of entries of the caller's account that the filter finds in the ledger. */
async function entriesOf(caller: string, filter: object): Promise<number> {
  const { account } = await product().ask<{ account: { entries: { edges: unknown[] } } }>(
    caller,
    'query ($id: ID!, $filter: EntryFilter) { account(id: $id) { entries(first: 100, filter: $filter) { edges { cursor } } } }',
    { id: (await euroAccountOf(caller)).id, filter },
  )
  return account.entries.edges.length
}

/** How often the caller paid with this reference. */
export const timesPaid = (caller: string, reference: string): Promise<number> => entriesOf(caller, { text: reference })

/** How often the caller paid this amount, in cents. */
export const paidWith = (caller: string, amount: string): Promise<number> =>
  entriesOf(caller, { direction: 'DEBIT', minAmount: amount, maxAmount: amount })

/** Input of a payment of one euro, without a key. @param reference names it in the ledger */
export async function payment(reference: string) {
  const [{ id: from }, { number: to }] = await Promise.all([euroAccountOf('payer'), euroAccountOf('payee')])
  return { from, to, amount: '100', currency: 'EUR', reference }
}

/** Pays one euro, apart from any client. */
export async function pay(reference: string): Promise<void> {
  const query = 'mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { replayed } } }'
  await product().ask('payer', query, { input: { ...(await payment(reference)), idempotencyKey: randomUUID() } })
}

/** The current cursor of an account's activity. */
export async function activityCursorOf(caller: string, id: string): Promise<string> {
  const query = 'query ($id: ID!) { account(id: $id) { activityCursor } }'
  const { account } = await product().ask<{ account: { activityCursor: string } }>(caller, query, { id })
  return account.activityCursor
}

/**
 * The events of the payer's account that a client gets during one payment. @param reference of the
 * payment
 */
export async function followedBy(client: ApolloClient, reference: string): Promise<readonly unknown[]> {
  const { id: accountId } = await euroAccountOf('payer')
  const after = await activityCursorOf('payer', accountId)
  const seen: unknown[] = []
  const followed = client
    .subscribe({ query: AccountActivityDocument, variables: { accountId, after } })
    .subscribe(({ data }) => seen.push(data?.accountActivity.transfer.reference))
  await pay(reference)
  await until(() => seen.length > 0)
  followed.unsubscribe()
  return seen
}
