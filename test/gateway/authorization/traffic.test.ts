/**
 * Callers with different permissions, through two gateways on real sockets that share a cache: in
 * any order, and at the same time. Each gets their own answer, and nothing that a caller may not
 * see is cached, logged or passed to a hook for them. `ACCESS_QUERIES=500 SEED=7` asks more, of
 * every universe, with other rules after each 100.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SEED } from '../../support/cases.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { type RedisServer, redisIsInstalled, startRedis } from '../../support/redis.ts'
import { explained } from '../execution/support/compare.ts'
import { createDice } from '../execution/support/dice.ts'
import type { Universe } from '../execution/support/universe.ts'
import { bakery, inherited, library, maze, office, port, shop, studio, town } from '../execution/universes/all.ts'
import { MAY_ALL, MAY_NOTHING, randomCaller, refusalOf, sayCaller, type TestCaller } from './callers.ts'
import { type GuardedGateways, openGateways } from './gateways.ts'
import { SHOWN, tellsForbidden, withoutMarks } from './marked.ts'
import { isDenied, type Told } from './oracle.ts'
import { isRefused, isSubscription, randomQuestion } from './questions.ts'
import { withSubscriptions } from './subscribed.ts'

const given = process.env['ACCESS_QUERIES']
const QUERIES = Number(given ?? 40)
const QUERIES_OF_RULES = 100
const universes = given ? [shop, library, maze, office, town, studio, inherited, bakery, port] : [maze]

/** The gateway refuses conditions that decide whether there is a subscription. */
const isTaken = (query: string): boolean =>
  !(query.startsWith('mutation') || (isSubscription(query) && /@(skip|include)/.test(query)))

/** The variables of the calls of a trace. */
function tracedIn(text: string): unknown[] {
  const { extensions } = JSON.parse(text) as { extensions?: { trace?: { calls: { variables?: string }[] } } }
  const all = extensions?.trace?.calls.flatMap(({ variables = '' }) => variables) ?? []
  // What is too long is cut.
  return all.flatMap((each) => (each.endsWith('}') ? (JSON.parse(each) as unknown) : []))
}

let provider: IdentityProvider
let redis: RedisServer | undefined
beforeAll(async () => {
  provider = await startIdentityProvider()
  redis = redisIsInstalled() ? await startRedis() : undefined
})
afterAll(() => Promise.all([provider.close(), redis?.kill()]))

describe.each(universes)('gateways before services of a $name', (universe: Universe) => {
  let world: GuardedGateways
  const tokens = new Map<string, Promise<string>>()
  const dice = createDice(SEED + 2)
  const seen = { valid: 0, events: 0, denied: 0, kept: 0, shared: 0, quoted: 0, failed: 0, traced: 0 }

  beforeAll(async () => {
    // One stateful service at times: no request is shared as a whole where it is asked.
    const names = Object.keys(universe.services)
    const stateless = dice.chance(2) ? names : names.toSpliced(dice.below(names.length), 1)
    world = await openGateways(withSubscriptions(universe), stateless, provider, redis?.url)
    await world.changeRules(SEED)
  })
  afterAll(() => world.close())

  test(
    'Nobody gets, keeps or shares what somebody else may not see',
    async () => {
      for (let number = 0; number < QUERIES; number += 1) {
        // Far from the seeds of other runs.
        if (number > 0 && number % QUERIES_OF_RULES === 0) await world.changeRules(SEED * 1_000_003 + number)
        const question = randomQuestion(world.plain, dice, isTaken)
        if (!question) continue
        const { query, variables } = question
        if (isSubscription(query)) seen.events += 1
        seen.valid += 1
        world.faults(dice.chance(3) ? number : undefined)
        const [one, other] = [randomCaller(dice), randomCaller(dice)]
        const faults = await dice.of([deniedFirst, allowedFirst, atOnce])({ query, variables, one, other })
        if (faults.length > 0)
          throw new Error([...faults, query, JSON.stringify(variables), world.sayRules()].join('\n'))
      }
      if (process.env['ACCESS_SAY']) process.stderr.write(`${universe.name} ${JSON.stringify(seen)}\n`)
      expect(Object.values(redis ? seen : { ...seen, kept: 1 })).not.toContain(0)
    },
    60_000 + QUERIES * 600,
  )

  interface Question {
    readonly query: string
    readonly variables: Readonly<Record<string, unknown>>
    readonly one: TestCaller
    readonly other: TestCaller
  }

  /** What one may not see is not there for one's sake, and is there for who may. */
  async function deniedFirst({ one, ...question }: Question): Promise<string[]> {
    await world.forget()
    const faults = await askAlone(question, one)
    if (redis && world.calls.some(({ isKept }) => isKept)) {
      const kept = await keptSoon()
      faults.push(...tellsForbidden(kept, one, world.guarded).map((leak) => `kept ${leak}`))
    }
    return [...faults, ...(await askOne(question, MAY_ALL)), ...(await askAlone(question, one))]
  }

  /**
   * Gateways store behind their answers, and nothing where a purge or a slow Redis comes between.
   */
  async function keptSoon(): Promise<string> {
    for (let tries = 0; tries < 20; tries += 1) {
      const kept = await world.kept()
      if (kept !== '') return kept
      await sleep(5)
    }
    return ''
  }

  async function allowedFirst({ one, other, ...question }: Question): Promise<string[]> {
    await world.forget()
    const faults = await askOne(question, MAY_ALL)
    faults.push(...(await askAlone(question, one)), ...(await askAlone(question, other)))
    // Most texts have marks: what is looked for lies there where it may.
    if ((await world.kept()).includes('~')) seen.kept += 1
    return faults
  }

  async function atOnce({ one, other, ...question }: Question): Promise<string[]> {
    await world.forget()
    const url = dice.of(world.urls)
    const callers = [one, MAY_ALL, other, MAY_ALL, one, MAY_ALL]
    const faults = await Promise.all(callers.map((caller) => askOne(question, caller, url)))
    const asked = world.calls.map(({ text }) => text)
    if (asked.length > 0 && new Set(asked).size === asked.length) seen.shared += 1
    return faults.flat()
  }

  /** While nobody else asks anything: all that is said and asked is for this caller. */
  async function askAlone(question: Pick<Question, 'query' | 'variables'>, caller: TestCaller): Promise<string[]> {
    world.calls.length = 0
    world.said.length = 0
    const faults = await askOne(question, caller)
    const said = world.said.join('\n')
    return [
      ...faults,
      ...world.calls.flatMap((call) => world.oracle.forbiddenIn(call, caller)).map((leak) => `asked ${leak}`),
      ...tellsForbidden(said, caller, world.guarded).map((leak) => `said ${leak}`),
    ]
  }

  /** The answer must be the caller's own. */
  async function askOne(
    { query, variables }: Pick<Question, 'query' | 'variables'>,
    caller: TestCaller,
    url = dice.of(world.urls),
  ): Promise<string[]> {
    const { isFaulty, oracle, guarded } = world
    const expected = await oracle.answer(query, variables, caller)
    const { headers, text } = await askAt(url, { query, variables }, caller)
    const faults = tellsForbidden(text, caller, guarded).map((leak) => `told ${leak}`)
    if (expected.errors.some(isDenied)) seen.denied += 1
    const isForSome = (await oracle.answer(query, variables, MAY_NOTHING)).errors.some(isDenied)
    if (isForSome && /public/.test(headers.get('cache-control') ?? '')) faults.push('all caches may keep it')
    const traced = tracedIn(text)
    if (traced.length > 0) seen.traced += 1
    faults.push(...traced.flatMap((each) => shownForbidden(each, caller)).map((leak) => `traced ${leak}`))
    if (text.includes(`"${SHOWN}"`)) seen.quoted += 1
    if (text.includes('"INTERNAL"')) seen.failed += 1
    if (isRefused(query, expected)) {
      if (text.includes('"data":')) faults.push('not refused')
    } else if (!isFaulty()) {
      const { data, errors = [] } = withoutMarks(JSON.parse(text) as Partial<Told>)
      const told = { data, errors }
      if (!isDeepStrictEqual(told.data, expected.data)) faults.push('other data')
      if (!isDeepStrictEqual(explained(told), explained(expected))) faults.push('other errors')
    }
    if (faults.length === 0) return []
    return [sayCaller(caller), ...faults, text, JSON.stringify(expected)]
  }

  async function askAt(url: string, operation: Pick<Question, 'query' | 'variables'>, caller: TestCaller) {
    const isEvent = isSubscription(operation.query)
    const trace = caller.isSignedIn && !isEvent && dice.chance(3)
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(isEvent && { accept: 'text/event-stream' }),
        ...(await headersOf(caller)),
      },
      body: JSON.stringify({ ...operation, extensions: { trace } }),
    })
    const text = await response.text()
    return { headers: response.headers, text: isEvent ? (/^data: (\{[^\n]*)/m.exec(text)?.[1] ?? text) : text }
  }

  /** Fields of representations that a trace shows; those of keys have no marks. */
  function shownForbidden(shown: unknown, caller: TestCaller): string[] {
    if (Array.isArray(shown)) return shown.flatMap((each) => shownForbidden(each, caller))
    if (typeof shown !== 'object' || shown === null) return []
    const { __typename: type, ...fields } = shown as Readonly<Record<string, unknown>>
    return Object.entries(fields).flatMap(([name, value]) => [
      ...(type !== undefined && value !== '…' && refusalOf(caller, world.guarded.ofField(`${type}`, name))
        ? [`${type}.${name}`]
        : []),
      ...shownForbidden(value, caller),
    ])
  }

  async function headersOf({ isSignedIn, scopes, policies }: TestCaller): Promise<Record<string, string>> {
    const scope = [...scopes, 'gateway:trace'].join(' ')
    const token = tokens.get(scope) ?? provider.token({ scope }, 'EdDSA')
    tokens.set(scope, token)
    return { 'x-policies': [...policies].join(' '), ...(isSignedIn && { authorization: `Bearer ${await token}` }) }
  }
})
