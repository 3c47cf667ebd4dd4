/** Identity: what each service learns about the caller, recorded between gateway and services. */
import { readFileSync } from 'node:fs'
import { PERSPECTIVE_HEADER, SIGNATURE_HEADER } from '../../../platform/protocol/signature.ts'
import { ask, type Operation } from '../client.ts'
import type { Experiment, Findings, GridPlot } from '../experiment.ts'
import { count } from '../figures.ts'
import { type Call, startFront } from '../front.ts'
import type { Front, Product } from '../product.ts'
import { weatherOn } from '../questions.ts'

const SERVICES = ['banking', 'weather', 'content'] as const
type Service = (typeof SERVICES)[number]

const OVERVIEW: Operation = {
  query: readFileSync(new URL('../../../gateway/operations/1-overview.graphql', import.meta.url), 'utf8'),
}
const ARTICLES: Operation = { query: '{ articles(first: 2) { edges { node { title } } } }' }

/** Other headers of a browser, each with a value that would be recognized anywhere. */
const PERSONAL = {
  cookie: 'session=demo-cookie-value',
  'x-api-key': 'demo-api-key-value',
  'x-forwarded-for': '203.0.113.77',
  'user-agent': 'demo-user-agent-value',
}
/** Headers of the connection or the message, which say nothing about a caller. */
const PLAIN = new Set(['host', 'connection', 'content-length', 'content-type', 'accept', 'accept-encoding'])

type Recorded = Readonly<Record<Service, Call[]>>

export const identity: Experiment = {
  name: 'identity',
  title: 'What is each service told about the caller?',
  async run(product, note) {
    const recorded: Recorded = { banking: [], weather: [], content: [] }
    const fronts = await startRecorders(product, recorded)
    const addresses = Object.fromEntries(SERVICES.map((service, at) => [service, [fronts[at]?.url ?? '']]))
    const gateway = await product.startGateway(addresses)
    try {
      note('one question of a payer to all services, one of an officer, and one of nobody')
      const [payer, officer] = [await product.authorization('payer'), await product.authorization('officer')]
      const outcomes = [
        await ask(gateway.url, OVERVIEW, { ...PERSONAL, authorization: payer }),
        await ask(gateway.url, ARTICLES, { ...PERSONAL, authorization: officer }),
        await ask(gateway.url, weatherOn(1)),
      ]
      const failed = outcomes.filter(({ failure }) => failure !== undefined).length
      return report(recorded, { payer, officer }, failed)
    } finally {
      await gateway.stop()
      await Promise.all(fronts.map((front) => front.close()))
    }
  },
}

function startRecorders(product: Product, recorded: Recorded): Promise<Front[]> {
  return Promise.all(
    SERVICES.map((service) =>
      startFront(product.of(service)[0]?.url ?? '', (call, forward) => {
        if (call.method === 'POST') recorded[service].push(call)
        return forward()
      }),
    ),
  )
}

interface Tokens {
  readonly payer: string
  readonly officer: string
}

/** Whether the call contains anything from a caller, in any place. */
function tellsOfCaller({ headers, body }: Call, tokens: Tokens): boolean {
  const secrets = [...Object.values(tokens).map((token) => token.replace('Bearer ', '')), ...Object.values(PERSONAL)]
  const text = `${JSON.stringify(headers)} ${body.toString('utf8')}`
  return secrets.some((secret) => text.includes(secret))
}

function gridOf(recorded: Recorded): GridPlot {
  const seen = (service: Service): Set<string> =>
    new Set(recorded[service].flatMap(({ headers }) => Object.keys(headers)))
  const names = SERVICES.map((service) => ({ service, names: seen(service) }))
  const rows = [...new Set([...Object.keys(PERSONAL), ...names.flatMap(({ names }) => [...names])])]
  return {
    kind: 'grid',
    title: 'Headers that reached each service: those that are coloured',
    cells: rows
      .filter((row) => !PLAIN.has(row))
      .sort()
      .flatMap((row) =>
        names.map(({ service, names }) => ({
          row,
          column: service,
          tone: names.has(row) ? (service === 'banking' ? 'stateful' : 'stateless') : undefined,
        })),
      ),
  }
}

function report(recorded: Recorded, tokens: Tokens, failed: number): Findings {
  const { banking, weather, content } = recorded
  const stateless = [...weather, ...content]
  const told = (calls: readonly Call[]): number => calls.filter((call) => tellsOfCaller(call, tokens)).length
  const asPayer = banking.filter(({ headers }) => headers['authorization'] === tokens.payer).length
  const signed = [...banking, ...stateless].filter(({ headers }) => headers[SIGNATURE_HEADER] !== undefined).length
  const perspectives = content.map(({ headers }) => String(headers[PERSPECTIVE_HEADER]))
  const previews = perspectives.filter((perspective) => perspective === 'preview').length
  return {
    did: 'A gateway of its own was started with a recorder before each service. A signed-in payer asked all three services one question, an officer asked for articles, and somebody who is not signed in asked for weather; the first two also sent a cookie, an API key, an address and the name of a browser.',
    atAGlance: {
      stateless: `${count(told(stateless))} of ${count(stateless.length)} calls told something`,
      stateful: `${count(asPayer)} of ${count(banking.length)} calls told who asks`,
    },
    measured: {
      head: ['', ...SERVICES],
      rows: [
        ['calls', ...SERVICES.map((service) => count(recorded[service].length))],
        ['with anything of the caller', ...SERVICES.map((service) => count(told(recorded[service])))],
        ['with the token of the caller', count(asPayer), count(countTokens(weather)), count(countTokens(content))],
        ['told to show unpublished articles', '', '', count(previews)],
      ],
    },
    plots: [gridOf(recorded)],
    claims: [
      {
        says: 'The bank is told who calls, by the token itself, and verifies it again.',
        holds: failed === 0 && banking.length > 0 && asPayer === banking.length,
        seen: `${count(asPayer)} of ${count(banking.length)} calls carried the caller's token; ${count(failed)} questions failed`,
      },
      {
        says: 'Weather and content learn nothing of the caller.',
        holds: weather.length > 0 && content.length > 0 && told(stateless) === 0,
        seen: `${count(told(stateless))} of ${count(stateless.length)} calls held something that came from a caller`,
      },
      {
        says: `All that content learns is whether to show what is not published (${PERSPECTIVE_HEADER}: every stateless service is told, and weather has no use for it).`,
        holds: previews > 0 && previews < perspectives.length,
        seen: `${count(previews)} of ${count(perspectives.length)} calls said preview, the officer's`,
      },
      {
        says: 'Every call proves that the gateway sent it.',
        holds: signed === banking.length + stateless.length,
        seen: `${count(signed)} of ${count(banking.length + stateless.length)} calls were signed`,
      },
    ],
    follows:
      'What a service does not know it cannot leak, and an answer that depends on no caller may be kept for all callers. Only the stateful service needs to know who asks, since what it owns belongs to somebody.',
  }
}

const countTokens = (calls: readonly Call[]): number =>
  calls.filter(({ headers }) => headers['authorization'] !== undefined).length
