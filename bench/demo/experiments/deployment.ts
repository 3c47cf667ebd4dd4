/** Deployment under load: stateless instances in any order; the bank migrated and rolled. */
import { setTimeout as sleep } from 'node:timers/promises'
import { anyOf, shuffled } from '../../common/draw.ts'
import { ACCOUNTS, drawOrder, euroAccounts, send } from '../bank.ts'
import { ask } from '../client.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { count, seconds } from '../figures.ts'
import { type Answered, failureNames, failuresOf, longestOf, rateOf, startLoad } from '../load.ts'
import type { Part } from '../part.ts'
import type { Product } from '../product.ts'
import { somethingNew } from '../questions.ts'

const CLIENTS = 3
const AROUND = 1_000 // milliseconds of load before and after

const SERIES = [
  { name: 'weather and content', tone: 'stateless' },
  { name: 'balances', tone: 'stateful', soft: true },
  { name: 'transfers', tone: 'stateful' },
] as const
type Traffic = (typeof SERIES)[number]['name']

interface Rolled {
  readonly answered: Readonly<Record<Traffic, readonly Answered[]>>
  readonly marks: readonly { readonly x: number; readonly label: string }[]
  /** Milliseconds, by what was done. */
  readonly took: Readonly<Record<'stateless' | 'migrate' | 'stateful', number>>
  readonly order: readonly string[]
}

export const deployment: Experiment = {
  name: 'deployment',
  title: 'How is a new version put in service?',
  async run(product, note) {
    return report(product, await roll(product, note))
  },
}

async function roll(product: Product, note: (text: string) => void): Promise<Rolled> {
  const { loads, now } = await startLoads(product)
  const marks: { x: number; label: string }[] = []
  const replace = async (part: Part): Promise<void> => {
    note(`drain ${part.label} and start it again`)
    marks.push({ x: now() / 1000, label: part.label })
    await part.restart()
    await product.settled()
  }
  await sleep(AROUND)
  const order = shuffled([...product.of('weather'), ...product.of('content')])
  const stateless = await timed(async () => {
    for (const part of order) await replace(part)
  })
  note('migrate')
  marks.push({ x: now() / 1000, label: 'migrate' })
  const migrate = await timed(() => product.migrate())
  const stateful = await timed(async () => {
    for (const part of product.of('banking')) await replace(part)
  })
  await sleep(AROUND)
  const [reads, balances, transfers] = await Promise.all(loads.map((load) => load.stop()))
  return {
    answered: { 'weather and content': reads ?? [], balances: balances ?? [], transfers: transfers ?? [] },
    marks,
    took: { stateless, migrate, stateful },
    order: order.map(({ label }) => label),
  }
}

async function startLoads(product: Product) {
  const { url } = product.gateway
  const accounts = await euroAccounts(product)
  const ofWeather = startLoad({
    clients: CLIENTS,
    pause: 5,
    once: async () => (await ask(url, somethingNew())).failure,
  })
  const ofBalances = startLoad({
    clients: CLIENTS,
    pause: 10,
    once: async () => (await ask(url, ACCOUNTS, { authorization: anyOf(accounts).authorization })).failure,
  })
  const ofTransfers = startLoad({
    clients: CLIENTS,
    pause: 10,
    // The client does not retry: the gateway's retries are measured.
    once: async () => (await send(url, drawOrder(accounts))).failure,
  })
  return { loads: [ofWeather, ofBalances, ofTransfers], now: ofWeather.now }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

function report(product: Product, { answered, marks, took, order }: Rolled): Findings {
  const failed = (traffic: Traffic): number => failuresOf(answered[traffic])
  const all = SERIES.flatMap(({ name }) => answered[name])
  const seen = (traffic: Traffic): string =>
    `${count(failed(traffic))} of ${count(answered[traffic].length)} failed ${failureNames(answered[traffic])}`.trim()
  const wait = (traffic: Traffic): string => seconds(longestOf(answered[traffic]))
  return {
    did: `Under load, ${order.length} stateless instances were drained and started again in a random order (${order.join(', ')}). Then the migrations were run, and the ${product.of('banking').length} instances of the bank were drained and started again one after the other, the next when the gateway used the one before. Clients sent nothing again.`,
    atAGlance: {
      stateless: `in any order, ${seen('weather and content')}`,
      stateful: `migrated, then one by one: ${count(failed('balances') + failed('transfers'))} failed`,
    },
    measured: {
      head: ['', 'stateless', 'stateful'],
      rows: [
        ['order', 'any', 'migrate, then one after the other'],
        ['time', seconds(took.stateless), `${seconds(took.migrate)} and ${seconds(took.stateful)}`],
        ['reads', seen('weather and content'), seen('balances')],
        ['longest wait for a read', wait('weather and content'), wait('balances')],
        ['writes', '', seen('transfers')],
        ['longest wait for a write', '', wait('transfers')],
      ],
    },
    plots: [
      {
        kind: 'lines',
        title: 'Answers while everything was replaced',
        across: 'seconds',
        measure: 'good answers per second',
        series: SERIES,
        values: SERIES.flatMap(({ name }) => rateOf(name, answered[name])),
        marks,
      },
    ],
    claims: [
      {
        says: 'Stateless instances may be replaced in any order, and no request fails.',
        holds: failed('weather and content') === 0,
        seen: seen('weather and content'),
      },
      {
        says: 'The bank is migrated and rolled in service: no balance and no transfer fails.',
        holds: failed('balances') + failed('transfers') === 0,
        seen: `balances: ${seen('balances')}; transfers: ${seen('transfers')}, the longest took ${wait('transfers')}`,
      },
      {
        says: 'Each kind was asked while each part was replaced.',
        holds: SERIES.every(({ name }) => answered[name].length > marks.length),
        seen: `${count(all.length)} requests in all`,
      },
    ],
    follows:
      'A stateless version is put in service by starting it: order and number do not matter. A stateful one shares its data with the version before, so the data are migrated first in a way that both can read, and each instance hands over what it does before it ends.',
  }
}
