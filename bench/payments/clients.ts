/**
 * Clients that pay, each over a connection of its own and one payment after the other. A payment
 * that is refused, or not acknowledged although it is asked for again, ends the benchmark.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
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
  /** Requests that were turned away by a busy service, and sent again with the same key. */
  readonly again: number
}

interface Client {
  readonly connection: LoadConnection
  readonly customer: Customer
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
      let requests = 0
      const begin = performance.now()
      await sendWithoutPauses(
        clients,
        { begin, end: begin + seconds * 1000 },
        async ({ connection, customer }, due) => {
          const key = randomUUID()
          const request = requestOf(target, customer, numbers, key)
          const transfer = await acknowledged(() => {
            requests += 1
            return connection.ask(request)
          })
          times.push(performance.now() - due)
          payments.push({ actor: customer.id, key, transfer })
        },
      )
      return { payments, times, elapsed: performance.now() - begin, again: requests - payments.length }
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
  const reference = `Invoice ${100_000 + Math.floor(Math.random() * 900_000)}`
  const input = { idempotencyKey: key, from, to: payeeOf(numbers, from), amount: '1', currency: 'EUR', reference }
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
  readonly data?: {
    readonly account?: { readonly entries?: unknown } | null
    readonly transfer?: { readonly transfer?: { readonly id: string; readonly status: string } } | null
  } | null
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}

const ATTEMPTS = 20
const PAUSE = 250 // milliseconds
/** Of a service that is busy, or whose outcome is unknown: the same key is asked again. */
const PASSING = new Set(['SERVICE_UNAVAILABLE', 'SERVICE_TIMEOUT'])

/**
 * Asks, with the same key, until the payment is acknowledged. Resolves to the id of its transfer.
 * @throws Error with any other answer
 */
function acknowledged(ask: () => Promise<Buffer>): Promise<string> {
  return insist(ask, ({ data }) => {
    const { transfer } = data?.transfer ?? {}
    return transfer?.status === 'POSTED' ? transfer.id : undefined
  })
}

/**
 * @param read what was wanted of an answer; undefined where it has it not @throws Error likewise
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
