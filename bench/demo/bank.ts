/** The demo's callers at the bank: their accounts, balances and transfers. */
import { randomUUID } from 'node:crypto'
import { anyOf } from '../common/draw.ts'
import { ask, dataOf, type Operation, type Reply } from './client.ts'
import { figure } from './figures.ts'
import type { Part } from './part.ts'
import type { Product } from './product.ts'

export interface Account {
  readonly id: string
  readonly number: string
  /** The `Authorization` header of its owner. */
  readonly authorization: string
}

/** Minor units, by account id. */
export type Balances = ReadonlyMap<string, bigint>

interface AccountNode {
  readonly id: string
  readonly number: string
  readonly currency: string
  readonly balance: { readonly posted: { readonly amount: string } }
}

/** Asks for all accounts of a caller, with their balances. */
export const ACCOUNTS: Operation = {
  query: '{ me { accounts(first: 50) { edges { node { id number currency balance { posted { amount } } } } } } }',
}

export const accountsIn = (reply: Reply): readonly AccountNode[] =>
  dataOf<{ me: { accounts: { edges: { node: AccountNode }[] } } }>(reply).me.accounts.edges.map(({ node }) => node)

const CALLERS = ['payer', 'payee'] as const

/** The accounts of payer and payee in one currency, the payer's first. */
export async function euroAccounts(product: Product): Promise<readonly Account[]> {
  const found = await Promise.all(
    CALLERS.map(async (caller) => {
      const authorization = await product.authorization(caller)
      const nodes = accountsIn(await ask(product.gateway.url, ACCOUNTS, { authorization }))
      return nodes.filter(({ currency }) => currency === 'EUR').map(({ id, number }) => ({ id, number, authorization }))
    }),
  )
  return found.flat()
}

export async function balancesOf(url: string, accounts: readonly Account[]): Promise<Balances> {
  const owners = new Set(accounts.map(({ authorization }) => authorization))
  const ids = new Set(accounts.map(({ id }) => id))
  const nodes = await Promise.all(
    [...owners].map(async (authorization) => accountsIn(await ask(url, ACCOUNTS, { authorization }))),
  )
  const wanted = nodes.flat().filter(({ id }) => ids.has(id))
  return new Map(wanted.map(({ id, balance }) => [id, BigInt(balance.posted.amount)]))
}

export interface Order {
  readonly key: string
  readonly from: Account
  readonly to: Account
  /** Minor units. */
  readonly amount: number
}

export interface Told {
  /** The transfer's id. */
  readonly id: string
  /** Whether the key had been used before. */
  readonly replayed: boolean
}

/** A new idempotency key: a retry with the same key gets the first transfer. */
export const newKey = (): string => `demo-${randomUUID()}`

const TRANSFER = `mutation ($input: TransferInput!) { transfer(input: $input) { __typename
  ... on TransferAccepted { replayed transfer { id } } ... on Refusal { code } } }`

const transferOf = ({ key, from, to, amount }: Order): Operation => ({
  query: TRANSFER,
  variables: {
    input: { idempotencyKey: key, from: from.id, to: to.number, amount: String(amount), currency: 'EUR' },
  },
})

/** A transfer with a new key, between any two of the accounts. */
export function drawOrder(accounts: readonly Account[], amount: number = 1): Order {
  const from = anyOf(accounts)
  return { key: newKey(), from, to: anyOf(accounts.filter((account) => account !== from)), amount }
}

export const send = (url: string, order: Order): Promise<Reply> =>
  ask(url, transferOf(order), { authorization: order.from.authorization })

/** @throws Error if the transfer is not acknowledged */
export const pay = async (url: string, order: Order): Promise<Told> => toldIn(await send(url, order))

/** @throws Error if the transfer is not acknowledged */
export function toldIn(reply: Reply): Told {
  const { transfer } = dataOf<{ transfer: { code?: string; replayed: boolean; transfer?: { id: string } } }>(reply)
  if (!transfer.transfer) throw new Error(`A transfer was refused: ${transfer.code}`)
  return { id: transfer.transfer.id, replayed: transfer.replayed }
}

/** The instance that the gateway takes for the writer, if any. */
export async function writerOf({ adminUrl, of }: Pick<Product, 'adminUrl' | 'of'>): Promise<Part | undefined> {
  const banks = of('banking')
  const beliefs = await Promise.all(
    banks.map(({ url }) => figure(adminUrl, 'tributary_instance_writer', { service: 'banking', instance: url })),
  )
  return banks[beliefs.indexOf(1)]
}
