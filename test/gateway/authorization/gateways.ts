/** Two gateways before the services of a universe, whose rules a test changes while they run. */
import { createClient } from '@redis/client'
import { GraphQLSchema } from 'graphql'
import { pino } from 'pino'
import type { Config } from '../../../gateway/config/config.ts'
import { composeAt, startTestGateway } from '../../support/gateway.ts'
import type { IdentityProvider } from '../../support/identity-provider.ts'
import { createDice } from '../execution/support/dice.ts'
import { federate } from '../execution/support/federation.ts'
import { servicesOf, type Universe } from '../execution/support/universe.ts'
import { type Guarded, guard } from './access-universe.ts'
import { markedServices, SHOWN } from './marked.ts'
import { createOracle, type Oracle } from './oracle.ts'
import { type ServedCall, serve } from './served.ts'

export interface GuardedGateways {
  readonly plain: GraphQLSchema
  readonly guarded: Guarded
  readonly oracle: Oracle
  /** Base addresses. */
  readonly urls: readonly string[]
  /** Of both, to services. */
  readonly calls: ServedCall[]
  /** Lines of the logs, and all that hooks were told. */
  readonly said: string[]
  changeRules(seed: number): Promise<void>
  sayRules(): string
  /** Whether services fail: see `marked.ts`. */
  faults(number: number | undefined): void
  isFaulty(): boolean
  /** Empties what both keep, and what was asked and said. */
  forget(): Promise<void>
  /** All that lies in the Redis that both share; empty without one. */
  kept(): Promise<string>
  close(): Promise<void>
}

const MOST_GUARDED = 6

/**
 * @param stateless names of services; the others are stateful
 * @param redisUrl without it each keeps answers in its own memory
 */
export async function openGateways(
  universe: Universe,
  stateless: readonly string[],
  provider: IdentityProvider,
  redisUrl: string | undefined,
): Promise<GuardedGateways> {
  const federation = await federate(servicesOf(universe))
  const plain = federation.plain
  await federation.close()
  const { isKey, ofField } = guard(universe.services, createDice(0), 0)(new GraphQLSchema({}))
  const marked = markedServices(universe, universe.services, { isKey, ofField })
  const served = await serve(marked.services, universe.createWorld())
  const names = Object.keys(universe.services)
  const said: string[] = []
  const config = {
    authorization: {
      onForbidden: 'null',
      policies: (_names, { headers }) => `${headers['x-policies']}`.split(' '),
      timeout: 10_000,
    },
    hooks: hooksThatSay(said),
    errorRules: new Map(names.map((name) => [name, { codes: [SHOWN], messages: [SHOWN], extensions: ['value'] }])),
  } satisfies Partial<Config>
  const supergraphOf = (typeDefs: Universe['services']) =>
    names.map((name) => ({ name, sdl: typeDefs[name] ?? '', url: served.urls[name] ?? '' }))
  const gateways = await Promise.all(
    [0, 1].map(() =>
      startTestGateway({
        services: supergraphOf(universe.services),
        env: {
          ...provider.env,
          STATELESS: stateless.join(),
          ...(redisUrl && { REDIS_URL: redisUrl }),
        },
        limits: { cost: 1e9, costPerMinute: 1e9, costInWork: 1e9 },
        config,
        log: pino({ level: 'trace' }, { write: (line: string) => void said.push(line) }),
      }),
    ),
  )
  const keeper = redisUrl === undefined ? undefined : createClient({ url: redisUrl })
  await keeper?.connect()
  const post = async (path: string, body: string): Promise<void> => {
    for (const { adminUrl } of gateways) {
      const response = await fetch(`${adminUrl}${path}`, { method: 'POST', body })
      if (!response.ok) throw new Error(await response.text())
    }
  }
  let guarded: Guarded
  let oracle: Oracle
  return {
    plain,
    get guarded() {
      return guarded
    },
    get oracle() {
      return oracle
    },
    urls: gateways.map(({ url }) => url),
    calls: served.calls,
    said,
    async changeRules(seed) {
      guarded = guard(universe.services, createDice(seed), MOST_GUARDED)(plain)
      oracle = createOracle(universe, plain, guarded)
      await post('/supergraph', composeAt(supergraphOf(guarded.typeDefs)))
    },
    sayRules: () => JSON.stringify(guarded.placements),
    faults(number) {
      marked.faults = number
    },
    isFaulty: () => marked.faults !== undefined,
    async forget() {
      await post('/purge', JSON.stringify({ tags: stateless }))
      said.length = 0
      served.calls.length = 0
    },
    async kept() {
      const keys = (await keeper?.keys('tributary:answer:*')) ?? []
      return keys.length === 0 ? '' : JSON.stringify(await keeper?.mGet(keys))
    },
    async close() {
      keeper?.destroy()
      await Promise.all(gateways.map((gateway) => gateway.stop()))
      await served.close()
    },
  }
}

function hooksThatSay(said: string[]): Config['hooks'] {
  const note = (about: { body(): unknown }): void => {
    said.push(`${JSON.stringify(about)} ${JSON.stringify(about.body())}`)
  }
  return {
    onServiceRequest: note,
    onServiceResponse: note,
    onAnswer: note,
    onSubscriptionEvent: note,
    onError({ error, shown }) {
      said.push(`${error} ${JSON.stringify(shown)}`)
      return undefined
    },
    timeout: 10_000,
  }
}
