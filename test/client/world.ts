/** The product that the cases of all clients share, with ways to it that lose answers or break. */
import { randomUUID } from 'node:crypto'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { type Line, startLine } from '../support/line.ts'
import { type Product, startProduct } from '../support/product.ts'

interface World {
  readonly product: Product
  readonly proxy: CuttingProxy
  readonly line: Line
}

let world: World | undefined

export async function startWorld(): Promise<void> {
  const product = await startProduct()
  world = { product, proxy: await startCuttingProxy(product.url), line: await startLine(product.url) }
}

export async function stopWorld(): Promise<void> {
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

export async function tokenOf(caller: string): Promise<string> {
  const authorization = await product().authorization(caller)
  return authorization.replace('Bearer ', '')
}

/** An answer as plain HTTP has it, for what tests want to know apart from the client. */
export async function ask<Data>(caller: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${product().url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await product().authorization(caller) },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  if (!data) throw new Error(JSON.stringify(errors))
  return data
}

export interface Account {
  readonly id: string
  readonly number: string
}

/** The first account in euro. */
export async function euroAccountOf(caller: string): Promise<Account> {
  const { me } = await ask<{ me: { accounts: { edges: { node: Account & { currency: string } }[] } } }>(
    caller,
    '{ me { accounts(first: 10) { edges { node { id number currency } } } } }',
  )
  const [found] = me.accounts.edges.map(({ node }) => node).filter(({ currency }) => currency === 'EUR')
  if (!found) throw new Error(`The ${caller} has no account in euro.`)
  return found
}

/** What the ledger says: how many entries of an account have this reference. */
export async function timesPaid(caller: string, account: string, reference: string): Promise<number> {
  const { account: found } = await ask<{ account: { entries: { edges: unknown[] } } }>(
    caller,
    'query ($id: ID!, $text: String!) { account(id: $id) { entries(first: 100, filter: { text: $text }) { edges { cursor } } } }',
    { id: account, text: reference },
  )
  return found.entries.edges.length
}

/** Input of a payment of one euro, without a key. @param reference names it in the ledger */
export async function payment(reference: string) {
  const [{ id: from }, { number: to }] = await Promise.all([euroAccountOf('payer'), euroAccountOf('payee')])
  return { from, to, amount: '100', currency: 'EUR', reference }
}

/** Pays one euro, apart from any client. */
export async function pay(reference: string): Promise<void> {
  const query = 'mutation ($input: TransferInput!) { transfer(input: $input) { ... on TransferAccepted { replayed } } }'
  await ask('payer', query, { input: { ...(await payment(reference)), idempotencyKey: randomUUID() } })
}
