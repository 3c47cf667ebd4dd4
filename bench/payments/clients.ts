/**
 * Clients that pay, each over its own connection and one payment at a time. A payment that is
 * refused, or not acknowledged in spite of retries, ends the benchmark.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { anyOf, below } from '../common/draw.ts'
import { openConnection } from '../gateway/connection.ts'
import { sendWithoutPauses } from '../gateway/sending.ts'
import type { Bank, Customer } from './bank.ts'

/** An acknowledged payment. */
export interface Payment {
  readonly actor: string
  readonly key: string
  /** The transfer's id. */
  readonly transfer: string
}

interface Paid {
  readonly payments: readonly Payment[]
  /** Milliseconds of each. */
  readonly times: readonly number[]
  /** Milliseconds of all. */
  readonly elapsed: number
  /** Requests that a busy service rejected, and that were sent again with the same key. */
  readonly again: number
}

/** A customer's connection. */
interface Client {
  readonly customer: Customer
  /** Sends one operation. */
  ask(operation: object): Promise<Buffer>
  close(): void
}

const query = `mutation SendMoney($input: TransferInput!) {
  transfer(input: $input) {
    ... on TransferAccepted {
      replayed
      transfer { id status amount { formatted } from { name number } to { name number } reference postedAt }
    }
    ... on Refusal { code message replayed }
  }
}`

export interface Payers {
  /** Pays for a number of seconds. */
  pay(seconds: number): Promise<Paid>
  close(): void
}

/** @param url to which operations are sent */
export function openPayers(url: string, { customers, numbers }: Bank, count: number): Payers {
  const clients = connectAll(url, customers, count)
  return {
    async pay(seconds) {
      const payments: Payment[] = []
      const times: number[] = []
      let requests = 0
      const begin = performance.now()
      await sendWithoutPauses(clients, { begin, end: begin + seconds * 1000 }, async ({ customer, ask }, due) => {
        const key = randomUUID()
        const payment = { query, variables: { input: inputOf(customer, numbers, key) } }
        const transfer = await acknowledged(() => {
          requests += 1
          return ask(payment)
        })
        times.push(performance.now() - due)
        payments.push({ actor: customer.id, key, transfer })
      })
      return { payments, times, elapsed: performance.now() - begin, again: requests - payments.length }
    },
    close() {
      for (const client of clients) client.close()
    },
  }
}

/** Connections of the customers in turn. @param url where operations are sent */
export function connectAll(url: string, customers: readonly Customer[], count: number): readonly Client[] {
  const { pathname, host } = new URL(url)
  return Array.from({ length: count }, (_, index) => {
    const customer = customers[index % customers.length] as Customer
    const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: ${customer.authorization}\r\n`
    const connection = openConnection(new URL(url))
    return {
      customer,
      ask(operation) {
        const body = JSON.stringify(operation)
        return connection.ask(`${head}content-length: ${body.length}\r\n\r\n${body}`)
      },
      close: () => connection.close(),
    }
  })
}

function inputOf({ accounts }: Customer, numbers: readonly string[], key: string): object {
  const from = anyOf(accounts)
  const reference = `Invoice ${100_000 + below(900_000)}`
  return { idempotencyKey: key, from, to: payeeOf(numbers, from), amount: '1', currency: 'EUR', reference }
}

/** Any account but the payer's; an account's number ends with its id. */
function payeeOf(numbers: readonly string[], from: string): string {
  const to = anyOf(numbers)
  return to.endsWith(from) ? payeeOf(numbers, from) : to
}

interface Answer {
  readonly data?: {
    readonly account?: { readonly entries?: unknown } | null
    readonly transfer?: { readonly transfer?: { readonly id: string; readonly status: string } } | null
  } | null
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

const ATTEMPTS = 20
const PAUSE = 250 // milliseconds
/** Codes of a busy service or an unknown outcome: the same key is tried again. */
const PASSING = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])

/**
 * Retries with the same key until the payment is acknowledged. Resolves to the id of its transfer.
 * @throws Error for any other answer
 */
function acknowledged(ask: () => Promise<Buffer>): Promise<string> {
  return insist(ask, ({ data }) => {
    const { transfer } = data?.transfer ?? {}
    return transfer?.status === 'POSTED' ? transfer.id : undefined
  })
}

/**
 * @param read extracts the result from an answer; undefined if it is missing. @throws Error
 * likewise
 */
export async function insist<Wanted>(
  ask: () => Promise<Buffer>,
  read: (answer: Answer) => Wanted | undefined,
): Promise<Wanted> {
  for (let attempt = 1; ; attempt += 1) {
    const text = (await ask()).toString('utf8')
    const answer = JSON.parse(text) as Answer
    const wanted = read(answer)
    if (wanted !== undefined) return wanted
    if (attempt === ATTEMPTS || !PASSING.has(answer.errors?.[0]?.extensions?.code ?? ''))
      throw new Error(`A request was answered ${text.slice(0, 500)}`)
    await sleep(PAUSE)
  }
}
