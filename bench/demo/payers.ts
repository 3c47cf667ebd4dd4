/** Clients that pay, and retry with the same key until the bank answers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, balancesOf, drawOrder, type Order, pay, send, toldIn } from './bank.ts'
import { type Answered, type Load, startLoad } from './load.ts'

const PAUSE = 50 // milliseconds before a client retries

export interface Payers extends Pick<Load, 'now'> {
  /** Payments that were acknowledged. */
  readonly paid: ReadonlyMap<string, { readonly order: Order; readonly id: string }>
  /** Requests that had to be sent again. */
  readonly again: number
  /** Acknowledgements so far, in milliseconds since the load began. */
  readonly times: readonly number[]
  stop(): Promise<readonly Answered[]>
}

/** @param url base address of the gateway */
export function startPayers(url: string, accounts: readonly Account[], clients: number): Payers {
  const paid = new Map<string, { order: Order; id: string }>()
  const times: number[] = []
  let again = 0
  const load = startLoad({
    clients,
    pause: 5,
    async once() {
      const order = drawOrder(accounts)
      for (;;) {
        const reply = await send(url, order).catch(() => undefined)
        if (reply && reply.failure === undefined) {
          paid.set(order.key, { order, id: toldIn(reply).id })
          times.push(load.now())
          return undefined
        }
        again += 1
        await sleep(PAUSE)
      }
    },
  })
  return {
    now: load.now,
    paid,
    times,
    get again() {
      return again
    },
    stop: load.stop,
  }
}

export interface Losses {
  /** Acknowledged payments that the bank does not have. */
  readonly lost: number
  /** Accounts whose balance does not match the payments. */
  readonly wrong: number
}

/** Repeats each acknowledged payment with its key: the bank must answer with the same transfer. */
export async function findLosses(
  url: string,
  accounts: readonly Account[],
  before: ReadonlyMap<string, bigint>,
  paid: Payers['paid'],
): Promise<Losses> {
  const after = await balancesOf(url, accounts)
  const expected = new Map(before)
  for (const { order } of paid.values()) {
    expected.set(order.from.id, (expected.get(order.from.id) ?? 0n) - BigInt(order.amount))
    expected.set(order.to.id, (expected.get(order.to.id) ?? 0n) + BigInt(order.amount))
  }
  const queue = [...paid.values()]
  let lost = 0
  const work = async (): Promise<void> => {
    for (let one = queue.pop(); one; one = queue.pop()) {
      const told = await pay(url, one.order)
      if (!told.replayed || told.id !== one.id) lost += 1
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return { lost, wrong: accounts.filter(({ id }) => after.get(id) !== expected.get(id)).length }
}
