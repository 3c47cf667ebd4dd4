/** Clients that read: an account with its balance and its newest entries. */
import { type LoadConnection, openConnection } from '../gateway/connection.ts'
import { sendWithoutPauses } from '../gateway/sending.ts'
import type { Bank, Customer } from './bank.ts'
import { insist, type Payers } from './clients.ts'

const query = `query ($id: ID!) {
  account(id: $id) {
    id number name balance { available { amount } }
    entries(first: 20) { edges { node { id amount { amount } } } }
  }
}`

interface Client {
  readonly connection: LoadConnection
  readonly customer: Customer
}

/** As those that pay, but nothing is paid. @param url where operations are sent */
export function openReaders(url: string, { customers }: Bank, count: number): Payers {
  const target = new URL(url)
  const clients = Array.from({ length: count }, (_, index): Client => {
    const customer = customers[index % customers.length] as Customer
    return { connection: openConnection(target), customer }
  })
  return {
    async pay(seconds) {
      const times: number[] = []
      const begin = performance.now()
      const window = { begin, end: begin + seconds * 1000 }
      await sendWithoutPauses(clients, window, async ({ connection, customer }, due) => {
        const request = requestOf(target, customer)
        await insist(
          () => connection.ask(request),
          ({ data }) => data?.account?.entries,
        )
        times.push(performance.now() - due)
      })
      return { payments: [], times, elapsed: performance.now() - begin, again: 0 }
    },
    close() {
      for (const { connection } of clients) connection.close()
    },
  }
}

function requestOf(target: URL, { accounts, authorization }: Customer): string {
  const id = accounts[Math.floor(Math.random() * accounts.length)]
  const body = JSON.stringify({ query, variables: { id } })
  return `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\naccept: application/json\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}
