/** Speed: latency of a new operation, of a known one, and of a repeated request. */
import { percentile } from '../../common/statistics.ts'
import { euroAccounts } from '../bank.ts'
import { ask, type Operation } from '../client.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { callsTo, count, milliseconds } from '../figures.ts'
import type { Gateway } from '../product.ts'
import { articleSearch, weatherOn } from '../questions.ts'

const REQUESTS = 60

/** How familiar an operation is to the gateway. */
const CASES = ['cold', 'warm', 'again'] as const
type Case = (typeof CASES)[number]

interface Subject {
  readonly service: 'weather' | 'content' | 'banking'
  readonly headers: Readonly<Record<string, string>>
  /** One operation with different variables for each number. */
  readonly question: (number: number) => Operation
}

interface Measured {
  readonly times: readonly number[]
  readonly calls: number
  readonly failed: number
}

type Results = ReadonlyMap<Subject['service'], Readonly<Record<Case, Measured>>>

const BALANCES: Operation['query'] =
  'query ($first: Int!) { me { accounts(first: $first) { edges { node { number balance { posted { amount } } } } } } }'

export const speed: Experiment = {
  name: 'speed',
  title: 'How long does an answer take?',
  async run(product, note) {
    const [account] = await euroAccounts(product)
    const subjects: Subject[] = [
      { service: 'weather', headers: {}, question: (number) => weatherOn(12_000 + number) },
      { service: 'content', headers: {}, question: articleSearch },
      {
        service: 'banking',
        headers: { authorization: account?.authorization ?? '' },
        question: (number) => ({ query: BALANCES, variables: { first: 1 + (number % 50) } }),
      },
    ]
    const gateway = await product.startGateway()
    try {
      const results = new Map<Subject['service'], Record<Case, Measured>>()
      for (const subject of subjects) {
        note(`${REQUESTS} requests to ${subject.service}, three times`)
        // The first request, which is not measured, opens the connections.
        await ask(gateway.url, subject.question(0), subject.headers)
        results.set(subject.service, {
          cold: await measure(gateway, subject, (number) => renamed(subject.question(number), number)),
          warm: await measure(gateway, subject, (number) => subject.question(REQUESTS + number)),
          again: await measure(gateway, subject, (number) => subject.question(REQUESTS + number)),
        })
      }
      return report(results)
    } finally {
      await gateway.stop()
    }
  },
}

/** The same operation as a text that the gateway has not seen. */
const renamed = ({ query, variables = {} }: Operation, number: number): Operation => ({
  query: query.replace(/^query/, `query New${number}`),
  variables,
})

/** Sends one request after the other, so that no request waits for another. */
async function measure(
  { url, adminUrl }: Gateway,
  { service, headers }: Subject,
  question: (number: number) => Operation,
): Promise<Measured> {
  const before = await callsTo(adminUrl, service)
  const times: number[] = []
  let failed = 0
  for (let number = 1; number <= REQUESTS; number += 1) {
    const begin = performance.now()
    const { failure } = await ask(url, question(number), headers)
    times.push(performance.now() - begin)
    if (failure !== undefined) failed += 1
  }
  return { times, calls: (await callsTo(adminUrl, service)) - before, failed }
}

function report(results: Results): Findings {
  const median = (service: Subject['service'], known: Case): number =>
    percentile(results.get(service)?.[known].times ?? [], 0.5)
  const calls = (service: Subject['service'], known: Case): number => results.get(service)?.[known].calls ?? 0
  const failed = [...results.values()].flatMap((cases) => CASES.map((known) => cases[known].failed))
  const fine = failed.every((number) => number === 0)
  const ratio = (service: Subject['service']): string =>
    `${service} ${(median(service, 'warm') / median(service, 'again')).toFixed(1)} times as fast`
  const services = [...results.keys()]
  return {
    did: `One client sent ${REQUESTS} requests to a gateway of its own, one after the other, for each service and in three ways: cold, as texts that the gateway had never seen; warm, as a known operation with new variables; and again, exactly as before.`,
    atAGlance: {
      stateless: `${milliseconds(median('weather', 'again'))} when asked before, ${milliseconds(median('weather', 'warm'))} when not`,
      stateful: `${milliseconds(median('banking', 'again'))} when asked before, ${milliseconds(median('banking', 'warm'))} when not`,
    },
    measured: {
      head: ['median (99th percentile), calls', ...services],
      rows: CASES.map((known) => [
        known,
        ...services.map(
          (service) =>
            `${milliseconds(median(service, known))} (${milliseconds(percentile(results.get(service)?.[known].times ?? [], 0.99))}), ${count(calls(service, known))} calls`,
        ),
      ]),
    },
    plots: [
      {
        kind: 'bars',
        title: 'Median latency',
        measure: 'milliseconds',
        series: [
          { name: 'weather', tone: 'stateless' },
          { name: 'content', tone: 'stateless', soft: true },
          { name: 'banking', tone: 'stateful' },
        ],
        values: CASES.flatMap((name) => services.map((series) => ({ name, series, value: median(series, name) }))),
      },
    ],
    claims: [
      {
        says: 'An answer of a stateless service that was asked for before costs no call, and is faster than one that was not.',
        holds:
          fine &&
          (['weather', 'content'] as const).every(
            (service) => calls(service, 'again') === 0 && median(service, 'again') < median(service, 'warm'),
          ),
        seen: `${count(calls('weather', 'again') + calls('content', 'again'))} calls; ${ratio('weather')}, ${ratio('content')}`,
      },
      {
        says: 'The bank computes each answer anew, also one that was given before.',
        holds: fine && calls('banking', 'again') >= REQUESTS,
        seen: `${count(REQUESTS)} questions cost ${count(calls('banking', 'again'))} calls`,
      },
      {
        says: 'A known operation is faster than a new one, whatever the kind: the gateway keeps plans, which hold no data.',
        holds: services.every((service) => median(service, 'warm') < median(service, 'cold')),
        seen: services
          .map(
            (service) =>
              `${service} ${milliseconds(median(service, 'cold'))} and then ${milliseconds(median(service, 'warm'))}`,
          )
          .join('; '),
      },
    ],
    follows:
      'What is the same for everybody can be fast by being kept. A stateful answer can only be fast by being computed fast, so its service is where work on speed pays.',
  }
}
