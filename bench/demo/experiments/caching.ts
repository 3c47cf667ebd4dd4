/** Caching and sharing: the number of calls to services for a number of requests, by kind. */
import { ACCOUNTS, euroAccounts } from '../bank.ts'
import { ask, type Operation } from '../client.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { callsTo, count, plural } from '../figures.ts'
import type { Gateway } from '../product.ts'
import { weatherOn } from '../questions.ts'

const AT_ONCE = 100
const LATER = 200
const DAYS = 5

interface Cost {
  readonly questions: number
  readonly calls: number
  readonly failed: number
}

interface Way {
  readonly name: string
  readonly stateless: Cost
  readonly stateful: Cost
}

export const caching: Experiment = {
  name: 'caching',
  title: 'How many calls do so many questions cost?',
  async run(product, note) {
    // A separate gateway begins with an empty cache.
    const gateway = await product.startGateway()
    try {
      const [account] = await euroAccounts(product)
      const headers = { authorization: account?.authorization ?? '' }
      const bank = { service: 'banking', question: () => ACCOUNTS, headers }
      const weather = (first: number, days: number) => ({
        service: 'weather',
        question: (number: number) => weatherOn(first + (number % days) * 8),
        headers: {},
      })
      const measure = (asked: Asked) => costOf(gateway, asked)
      // Warms connections and plans.
      await measure({ ...weather(9_000, 1), questions: 1, atOnce: 1 })
      await measure({ ...bank, questions: 1, atOnce: 1 })
      note(`${AT_ONCE} times the same question at once, to each kind`)
      const once = { questions: AT_ONCE, atOnce: AT_ONCE }
      const sharing = {
        name: `${AT_ONCE} at once`,
        stateless: await measure({ ...weather(10_000, 1), ...once }),
        stateful: await measure({ ...bank, ...once }),
      }
      note(`${LATER} questions one after the other, to each kind`)
      const later = { questions: LATER, atOnce: 1 }
      const keeping = {
        name: `${LATER} in turn`,
        stateless: await measure({ ...weather(11_000, DAYS), ...later }),
        stateful: await measure({ ...bank, ...later }),
      }
      return report([sharing, keeping])
    } finally {
      await gateway.stop()
    }
  },
}

interface Asked {
  readonly service: string
  readonly question: (number: number) => Operation
  readonly headers: Readonly<Record<string, string>>
  readonly questions: number
  readonly atOnce: number
}

async function costOf(
  { url, adminUrl }: Gateway,
  { service, question, headers, questions, atOnce }: Asked,
): Promise<Cost> {
  const before = await callsTo(adminUrl, service)
  let [next, failed] = [0, 0]
  const work = async (): Promise<void> => {
    while (next < questions) if ((await ask(url, question(next++), headers)).failure !== undefined) failed += 1
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { questions, calls: (await callsTo(adminUrl, service)) - before, failed }
}

function report(ways: readonly [sharing: Way, keeping: Way]): Findings {
  const [sharing, keeping] = ways
  const saved = ({ questions, calls }: Cost): string => `${(100 * (1 - calls / questions)).toFixed(0)} % saved`
  const cell = (cost: Cost): string => `${plural(cost.calls, 'call')}, ${saved(cost)}`
  const costs = ways.flatMap(({ stateless, stateful }) => [stateless, stateful])
  const total = (kind: 'stateless' | 'stateful'): string =>
    `${count(AT_ONCE + LATER)} questions, ${plural(
      ways.reduce((sum, way) => sum + way[kind].calls, 0),
      'call',
    )}`
  const failed = costs.reduce((sum, cost) => sum + cost.failed, 0)
  return {
    did: `To a gateway with an empty cache, ${count(AT_ONCE)} clients put one question at once: about weather that nobody had asked for, and about a caller's own balance. Then one client asked ${count(LATER)} times for the weather of ${DAYS} days in turn, and as often for the balance. The gateway's metrics counted the calls.`,
    atAGlance: {
      stateless: total('stateless'),
      stateful: total('stateful'),
    },
    measured: {
      head: ['', 'weather', 'banking'],
      rows: ways.map(({ name, stateless, stateful }) => [name, cell(stateless), cell(stateful)]),
    },
    plots: [
      {
        kind: 'bars',
        title: 'Calls to the service',
        measure: 'calls',
        series: [
          { name: 'weather', tone: 'stateless' },
          { name: 'banking', tone: 'stateful' },
        ],
        values: ways.flatMap(({ name, stateless, stateful }) => [
          { name, series: 'weather', value: stateless.calls },
          { name, series: 'banking', value: stateful.calls },
        ]),
      },
    ],
    claims: [
      {
        says: 'Of a stateless service, one call answers all identical questions that are asked at once.',
        holds: failed === 0 && sharing.stateless.calls === 1,
        seen: `${count(sharing.stateless.questions)} questions cost ${plural(sharing.stateless.calls, 'call')}`,
      },
      {
        says: 'What was asked before costs no call.',
        holds: failed === 0 && keeping.stateless.calls === DAYS,
        seen: `${count(keeping.stateless.questions)} questions about ${DAYS} days cost ${plural(keeping.stateless.calls, 'call')}`,
      },
      {
        says: 'The bank is asked every time.',
        holds: failed === 0 && [sharing, keeping].every(({ stateful }) => stateful.calls >= stateful.questions),
        seen: `${count(sharing.stateful.questions + keeping.stateful.questions)} questions cost ${count(sharing.stateful.calls + keeping.stateful.calls)} calls`,
      },
    ],
    follows:
      'An answer that depends on no caller and on no earlier request can be computed once for all. A balance may have changed since, and is nobody else’s business, so each question is worth a call.',
  }
}
