/**
 * Clients that pay, each over a connection of its own and one payment after the other. A payment
 * that is not acknowledged ends the benchmark.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type LoadConnection, openConnection } from '../gateway/connection.ts'
import { sendWithoutPauses } from '../gateway/sending.ts'
import type { Bank, Customer } from './bank.ts'

/** An acknowledged payment. */
export interface Payment {
  readonly actor: string
  readonly key: string
  /** The transfer's id. */
  readonly transfer: string
}

export interface Paid {
  readonly payments: readonly Payment[]
  /** Milliseconds of each. */
  readonly times: readonly number[]
  /** Milliseconds of all. */
  readonly elapsed: number
}

interface Client {
  readonly connection: LoadConnection
  readonly customer: Customer
}

const query = readFileSync(new URL('../../gateway/operations/2-transfer.graphql', import.meta.url), 'utf8')

export interface Payers {
  /** Pays for so many seconds. */
  pay(seconds: number): Promise<Paid>
  close(): void
}

/** @param url where operations are sent */
export function openPayers(url: string, { customers, numbers }: Bank, count: number): Payers {
  const target = new URL(url)
  const clients = Array.from({ length: count }, (_, index): Client => {
    const customer = customers[index % customers.length] as Customer
    return { connection: openConnection(target), customer }
  })
  return {
    async pay(seconds) {
      const payments: Payment[] = []
      const times: number[] = []
      const begin = performance.now()
      await sendWithoutPauses(
        clients,
        { begin, end: begin + seconds * 1000 },
        async ({ connection, customer }, due) => {
          const key = randomUUID()
          const answer = await connection.ask(requestOf(target, customer, numbers, key))
          times.push(performance.now() - due)
          payments.push({ actor: customer.id, key, transfer: transferOf(answer) })
        },
      )
      return { payments, times, elapsed: performance.now() - begin }
    },
    close() {
      for (const { connection } of clients) connection.close()
    },
  }
}

function requestOf(
  target: URL,
  { accounts, authorization }: Customer,
  numbers: readonly string[],
  key: string,
): string {
  const from = anyOf(accounts)
  const input = { idempotencyKey: key, from, to: payeeOf(numbers, from), amount: '1', currency: 'EUR', reference: key }
  const body = JSON.stringify({ query, variables: { input } })
  return `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

/** Any account but the payer's; an account's number ends with its id. */
function payeeOf(numbers: readonly string[], from: string): string {
  const to = anyOf(numbers)
  return to.endsWith(from) ? payeeOf(numbers, from) : to
}

const anyOf = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item

interface Answer {
  readonly data?: { readonly transfer?: { readonly transfer?: { readonly id: string; readonly status: string } } }
}

/** @throws Error with the answer, unless it acknowledges a posted transfer */
function transferOf(answer: Buffer): string {
  const text = answer.toString('utf8')
  const { transfer } = (JSON.parse(text) as Answer).data?.transfer ?? {}
  if (transfer?.status !== 'POSTED') throw new Error(`A payment was answered ${text.slice(0, 500)}`)
  return transfer.id
}
