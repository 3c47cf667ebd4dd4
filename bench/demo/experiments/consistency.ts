/** Consistency: concurrent transfers between the same few accounts, with reused keys. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { program } from '../../../start/programs.ts'
import { anyOf, below, shuffled } from '../../common/draw.ts'
import { percentile } from '../../common/statistics.ts'
import {
  type Account,
  type Balances,
  balancesOf,
  drawOrder,
  euroAccounts,
  type Order,
  send,
  type Told,
  toldIn,
} from '../bank.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { count, milliseconds } from '../figures.ts'
import type { Product } from '../product.ts'

const TRANSFERS = 1_000
const KEYS = 700
const IN_FLIGHT = 64
const LARGEST = 20 // minor units
const ATTEMPTS = 20

interface Race {
  readonly orders: ReadonlyMap<string, Order>
  /** The outcomes that clients got, by key. */
  readonly told: ReadonlyMap<string, readonly Told[]>
  readonly times: readonly number[]
  readonly unanswered: number
}

export const consistency: Experiment = {
  name: 'consistency',
  title: 'What if a thousand transfers race?',
  async run(product, note) {
    const accounts = await euroAccounts(product)
    const before = await balancesOf(product.gateway.url, accounts)
    note(`${TRANSFERS} transfers between ${accounts.length} accounts, ${IN_FLIGHT} at once`)
    const race = await runRace(product, accounts)
    const after = await balancesOf(product.gateway.url, accounts)
    note('npm run ledger:verify')
    const verdict = await verify(product)
    return report(accounts, race, changes(before, after), verdict)
  },
}

async function runRace({ gateway }: Product, accounts: readonly Account[]): Promise<Race> {
  const orders = new Map<string, Order>()
  while (orders.size < KEYS) {
    const order = drawOrder(accounts, 1 + below(LARGEST))
    orders.set(order.key, order)
  }
  const all = [...orders.values()]
  const queue = shuffled([...all, ...Array.from({ length: TRANSFERS - KEYS }, () => anyOf(all))])
  const told = new Map<string, Told[]>(all.map(({ key }) => [key, []]))
  const times: number[] = []
  let unanswered = 0
  const work = async (): Promise<void> => {
    for (let order = queue.pop(); order; order = queue.pop()) {
      const begin = performance.now()
      const answer = await insist(gateway.url, order)
      times.push(performance.now() - begin)
      if (answer) told.get(order.key)?.push(answer)
      else unanswered += 1
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  return { orders, told, times, unanswered }
}

/** Retries with the same key until the bank answers, as a client should. */
async function insist(url: string, order: Order): Promise<Told | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const reply = await send(url, order)
    if (reply.failure === undefined) return toldIn(reply)
  }
  return undefined
}

async function verify({ databaseUrl, dataDir }: Product): Promise<{ passed: boolean; said: string }> {
  const args = [program('subgraphs/banking/audit/main.ts'), 'verify']
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, DATA_DIR: dataDir }
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, args, { env }).then(
    (output) => ({ ...output, code: 0 }),
    (error: { stdout?: string; stderr?: string; code?: number }) => ({ stdout: '', stderr: '', code: 1, ...error }),
  )
  return { passed: code === 0, said: (stdout || stderr).trim().split('\n')[0] ?? '' }
}

const changes = (before: Balances, after: Balances): ReadonlyMap<string, bigint> =>
  new Map([...before].map(([id, amount]) => [id, (after.get(id) ?? 0n) - amount]))

/** The change that each key's transfer should have made, once. */
function expectedOf(orders: Race['orders']): ReadonlyMap<string, bigint> {
  const expected = new Map<string, bigint>()
  for (const { from, to, amount } of orders.values()) {
    expected.set(from.id, (expected.get(from.id) ?? 0n) - BigInt(amount))
    expected.set(to.id, (expected.get(to.id) ?? 0n) + BigInt(amount))
  }
  return expected
}

function report(
  accounts: readonly Account[],
  { orders, told, times, unanswered }: Race,
  changed: ReadonlyMap<string, bigint>,
  { passed, said }: { passed: boolean; said: string },
): Findings {
  const expected = expectedOf(orders)
  const answers = [...told.values()]
  const ids = new Set(answers.flat().map(({ id }) => id))
  const wrongKeys = answers.filter(
    (ofKey) => new Set(ofKey.map(({ id }) => id)).size !== 1 || ofKey.filter(({ replayed }) => !replayed).length > 1,
  ).length
  const replays = answers.flat().filter(({ replayed }) => replayed).length
  const wrongAccounts = accounts.filter(({ id }) => changed.get(id) !== (expected.get(id) ?? 0n)).length
  const total = [...changed.values()].reduce((sum, change) => sum + change, 0n)
  const isRight = unanswered === 0 && wrongKeys === 0 && ids.size === orders.size
  return {
    did: `${count(TRANSFERS)} transfers between the same ${accounts.length} accounts were sent, ${IN_FLIGHT} at once and in a random order. They used ${count(KEYS)} idempotency keys, so ${count(TRANSFERS - KEYS)} of them repeated one, often while the first was still under way.`,
    atAGlance: {
      stateful: `${count(TRANSFERS)} requests with ${count(orders.size)} keys made ${count(ids.size)} transfers`,
    },
    measured: {
      head: ['', ''],
      rows: [
        ['transfers asked for', count(TRANSFERS)],
        ['of these, without an answer in the end', count(unanswered)],
        ['different transfers made', count(ids.size)],
        ['answers that were a replay', count(replays)],
        ['accounts with a wrong balance', count(wrongAccounts)],
        ['money made or lost, minor units', count(total)],
        [
          'median and 99th percentile',
          `${milliseconds(percentile(times, 0.5))}, ${milliseconds(percentile(times, 0.99))}`,
        ],
        ['ledger:verify', said],
      ],
    },
    plots: [
      {
        kind: 'bars',
        title: 'How each account changed',
        measure: 'change, minor units',
        series: [
          { name: 'as the transfers say', tone: 'neutral' },
          { name: 'as the balances say', tone: 'stateful' },
        ],
        values: accounts.flatMap(({ id, number }) => [
          { name: `… ${number.slice(-4)}`, series: 'as the transfers say', value: Number(expected.get(id) ?? 0n) },
          { name: `… ${number.slice(-4)}`, series: 'as the balances say', value: Number(changed.get(id) ?? 0n) },
        ]),
      },
    ],
    claims: [
      {
        says: 'Each key moves money once, however often and however fast it is sent.',
        holds: isRight,
        seen: `${count(orders.size)} keys made ${count(ids.size)} transfers; ${count(wrongKeys)} keys were answered with more than one`,
      },
      {
        says: 'Each balance is what the transfers make it, and no money is made or lost.',
        holds: wrongAccounts === 0 && total === 0n,
        seen: `${count(wrongAccounts)} of ${accounts.length} accounts are wrong; the sum changed by ${count(total)}`,
      },
      { says: 'The hash chain and the balances of the ledger verify.', holds: passed, seen: said },
    ],
    follows:
      'Order matters for money, so one instance writes and decides the outcome of each key once. With that, a client that got no answer may simply ask again. For weather no such order exists, and none is paid for.',
  }
}
