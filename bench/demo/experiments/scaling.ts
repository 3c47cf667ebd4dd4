/** Scaling: instances with a fixed capacity each; beside them the bank's readers and its writer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { anyOf } from '../../common/draw.ts'
import { ACCOUNTS, type Account, drawOrder, euroAccounts, send, writerOf } from '../bank.ts'
import { ask } from '../client.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { count } from '../figures.ts'
import { startFront } from '../front.ts'
import { failuresOf, startLoad } from '../load.ts'
import type { Front, Gateway, Product } from '../product.ts'
import { weatherOn } from '../questions.ts'
import { turnstile } from '../turnstile.ts'

/** Requests that each instance handles at once, and the minimum milliseconds of each. */
const SLOTS = 2
const SERVICE_TIME = 50
const CAPACITY = (SLOTS * 1000) / SERVICE_TIME // requests per second
const SIZES = [1, 2, 3] as const
const CLIENTS = 8 // for each instance
const WARM = 1_000 // milliseconds
const MEASURED = 2_500 // milliseconds
/** The expected share of the sum of the instances. */
const SHARE = 0.8
/** The expected maximum relative to one instance: more instances do not write more. */
const ALONE = 1.15

const SERIES = [
  { name: 'weather', tone: 'stateless' },
  { name: 'banking, reads', tone: 'stateful', soft: true },
  { name: 'banking, writes', tone: 'stateful' },
] as const
type Kind = (typeof SERIES)[number]['name']

interface Rate {
  readonly kind: Kind
  readonly size: number
  /** Good answers per second. */
  readonly rate: number
  readonly failed: number
  /** Instances of its service that were asked. */
  readonly reached: number
}

/** A turnstile before an instance. */
interface Gate extends Front {
  /** Requests so far. */
  asked(): number
}

export const scaling: Experiment = {
  name: 'scaling',
  title: 'What do more instances give?',
  async run(product, note) {
    const accounts = await euroAccounts(product)
    const rates: Rate[] = []
    for (const size of SIZES) {
      const fronts = {
        weather: await frontsOf(product, 'weather', size),
        banking: await frontsOf(product, 'banking', size),
      }
      const gateway = await product.startGateway({
        weather: fronts.weather.map(({ url }) => url),
        banking: fronts.banking.map(({ url }) => url),
      })
      try {
        for (const { name } of SERIES) {
          note(`${name} with ${size} of ${CAPACITY} requests/s`)
          const gates = name === 'weather' ? fronts.weather : fronts.banking
          const before = gates.map((gate) => gate.asked())
          const measured = await measure(questions(gateway, accounts)[name], size)
          const reached = gates.filter((gate, at) => gate.asked() > (before[at] ?? 0)).length
          rates.push({ kind: name, size, ...measured, reached })
        }
      } finally {
        await gateway.stop()
        await Promise.all([...fronts.weather, ...fronts.banking].map((front) => front.close()))
      }
    }
    note('banking, writes, without a bound')
    const free = await measure(questions(product.gateway, accounts)['banking, writes'], SIZES.length)
    return report(rates, free.rate)
  },
}

/** A gate before each instance. The writer comes first, so that a single instance is the writer. */
async function frontsOf(product: Product, service: string, size: number): Promise<Gate[]> {
  const writer = service === 'banking' ? await writerOf(product) : undefined
  const others = product.of(service).filter((part) => part !== writer)
  return Promise.all(
    [...(writer ? [writer] : []), ...others].slice(0, size).map(async ({ url }) => {
      const pass = turnstile(SLOTS, SERVICE_TIME)
      let asked = 0
      const front = await startFront(url, (call, forward) => {
        if (call.method !== 'POST') return forward()
        asked += 1
        return pass(forward, call.isGone)
      })
      return { ...front, asked: () => asked }
    }),
  )
}

type Once = () => Promise<string | undefined>

let asked = 0

function questions({ url }: Pick<Gateway, 'url'>, accounts: readonly Account[]): Readonly<Record<Kind, Once>> {
  const owner = () => ({ authorization: anyOf(accounts).authorization })
  return {
    weather: async () => (await ask(url, weatherOn(asked++))).failure,
    'banking, reads': async () => (await ask(url, ACCOUNTS, owner())).failure,
    'banking, writes': async () => (await send(url, drawOrder(accounts))).failure,
  }
}

async function measure(once: Once, size: number): Promise<Pick<Rate, 'rate' | 'failed'>> {
  const load = startLoad({ clients: CLIENTS * size, once })
  await sleep(WARM)
  const begin = load.now()
  await sleep(MEASURED)
  const end = load.now()
  const answered = (await load.stop()).filter(({ at }) => at >= begin && at < end)
  const failed = failuresOf(answered)
  return { rate: ((answered.length - failed) * 1000) / (end - begin), failed }
}

function report(rates: readonly Rate[], free: number): Findings {
  const rateOf = (kind: Kind, size: number): number =>
    rates.find((rate) => rate.kind === kind && rate.size === size)?.rate ?? Number.NaN
  const reachedBy = (kind: Kind): number => rates.findLast((rate) => rate.kind === kind)?.reached ?? Number.NaN
  const failed = rates.reduce((sum, rate) => sum + rate.failed, 0)
  const most = Math.max(...SIZES)
  const isSum = (kind: Kind): boolean =>
    failed === 0 && SIZES.every((size) => rateOf(kind, size) >= SHARE * size * CAPACITY)
  const ratesOf = (kind: Kind): string => `${rateOf(kind, 1).toFixed(0)} → ${rateOf(kind, most).toFixed(0)} per second`
  const seen = (kind: Kind): string => `${SIZES.map((size) => rateOf(kind, size).toFixed(0)).join(', ')} per second`
  return {
    did: `Before each instance stood a turnstile that lets ${SLOTS} requests in at a time and keeps each for at least ${SERVICE_TIME} ms, so that no instance can serve more than ${CAPACITY} per second, whatever the machine: several instances do not compete for its cores. Who no longer waits for an answer gives up its place before the turnstile. ${CLIENTS} clients for each instance sent requests through a gateway that knew ${SIZES.join(', ')} instances of each service. No two questions about the weather were the same. At the end payments were made without turnstiles.`,
    atAGlance: {
      stateless: `${ratesOf('weather')} with ${most} instances`,
      stateful: `writes ${ratesOf('banking, writes')}; reads ${ratesOf('banking, reads')}`,
    },
    measured: {
      head: ['requests/s with', ...SIZES.map((size) => `${size} × ${CAPACITY}/s`)],
      rows: SERIES.map(({ name }) => [name, ...SIZES.map((size) => rateOf(name, size).toFixed(0))]),
    },
    plots: [
      {
        kind: 'lines',
        title: `Requests per second, of instances that serve ${CAPACITY} each`,
        across: 'instances',
        measure: 'requests per second',
        series: [...SERIES, { name: 'sum of capacities', tone: 'neutral' }],
        values: [
          ...rates.map(({ kind, size, rate }) => ({ series: kind, x: size, y: rate })),
          ...SIZES.map((size) => ({ series: 'sum of capacities', x: size, y: size * CAPACITY })),
        ],
      },
    ],
    claims: [
      {
        says: `Stateless instances add up: each one brings at least ${SHARE * 100} % of what it can serve.`,
        holds: isSum('weather'),
        seen: `${seen('weather')}; ${count(failed)} requests of all kinds failed`,
      },
      { says: 'So do the readers of the bank.', holds: isSum('banking, reads'), seen: seen('banking, reads') },
      {
        says: 'The writer of the bank stays one, however many instances there are.',
        holds:
          reachedBy('banking, writes') === 1 &&
          rateOf('banking, writes', most) <= ALONE * CAPACITY &&
          rateOf('banking, writes', most) > 0,
        seen: `of ${most} instances the writes came to ${reachedBy('banking, writes')} and the reads to ${reachedBy('banking, reads')}; ${seen('banking, writes')}; without a turnstile ${free.toFixed(0)} per second`,
      },
    ],
    follows:
      'More of a stateless service costs one more instance. More reads of a stateful one, too, as long as its database keeps up. More writes do not come from more instances: the one that writes has to do more at a time, which is why it commits in groups.',
  }
}
