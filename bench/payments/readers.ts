/** Clients that read: an account with its balance and its newest entries. */
import { anyOf } from '../common/draw.ts'
import { sendWithoutPauses } from '../gateway/sending.ts'
import type { Bank } from './bank.ts'
import { connectAll, insist, type Payers } from './clients.ts'

const query = `query ($id: ID!) {
  account(id: $id) {
    id number name balance { available { amount } }
    entries(first: 20) { edges { node { id amount { amount } } } }
  }
}`

/** Clients like payers, but without payments. @param url to which operations are sent */
export function openReaders(url: string, { customers }: Bank, count: number): Payers {
  const clients = connectAll(url, customers, count)
  return {
    async pay(seconds) {
      const times: number[] = []
      const begin = performance.now()
      const window = { begin, end: begin + seconds * 1000 }
      await sendWithoutPauses(clients, window, async ({ customer, ask }, due) => {
        const id = anyOf(customer.accounts)
        await insist(
          () => ask({ query, variables: { id } }),
          ({ data }) => data?.account?.entries,
        )
        times.push(performance.now() - due)
      })
      return { payments: [], times, elapsed: performance.now() - begin, again: 0 }
    },
    close() {
      for (const client of clients) client.close()
    },
  }
}
