/**
 * Random operations of callers to whom something is denied, through both of the engine's paths and
 * through one plain schema whose forbidden fields fail. `ACCESS_QUERIES=20000 SEED=7` runs more of
 * them, with other rules after each 200.
 */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type GraphQLError, GraphQLSchema, parse } from 'graphql'
import { createAuthorization } from '../../../gateway/authorization/authorize.ts'
import { type Exchange, openExchange } from '../../../gateway/exchange/exchange.ts'
import type { Answer } from '../../../gateway/execution/answer/answer.ts'
import type { Send } from '../../../gateway/traffic/call/send.ts'
import { callContext } from '../../support/call-context.ts'
import { SEED } from '../../support/cases.ts'
import { log } from '../../support/log.ts'
import { explained } from '../execution/support/compare.ts'
import { createDice } from '../execution/support/dice.ts'
import { type Federation, federate } from '../execution/support/federation.ts'
import { bakery, inherited, library, maze, office, port, shop, studio, town } from '../execution/universes/all.ts'
import { type Guarded, guard } from './access-universe.ts'
import { randomCaller, refusalOf, sayCaller, type TestCaller } from './callers.ts'
import { markedServices, tellsForbidden, withoutMarks } from './marked.ts'
import { createOracle, isDenied, type Oracle, type Told } from './oracle.ts'
import { isRefused, isSubscription, randomQuestion } from './questions.ts'
import { withSubscriptions } from './subscribed.ts'

const QUERIES = Number(process.env['ACCESS_QUERIES'] ?? 30)
const MOST_GUARDED = 6
/**
 * Operations with the same rules: what is wrong shows in few rules, and in their first operations.
 */
const QUERIES_OF_RULES = 200

interface InEngine extends Told {
  readonly errors: readonly GraphQLError[]
  /** All that the caller is told. */
  readonly text: string
  readonly denied: boolean
  readonly isFlat: boolean
  /** A subscription that has no events, since its root is denied. */
  readonly isRefused: boolean
  /** Between the engine's paths. */
  readonly differences: readonly string[]
}

/**
 * With the share of operations of which something is denied that the flat path runs. What is left
 * to the exact path is left to it where nothing is denied, too.
 */
const universes = [
  { universe: shop, flat: 0.95 },
  { universe: library, flat: 0.85 },
  { universe: maze, flat: 0.8 },
  { universe: office, flat: 0.7 },
  { universe: town, flat: 0.95 },
  { universe: studio, flat: 0.85 },
  { universe: inherited, flat: 0.95 },
  { universe: bakery, flat: 0.9 },
  { universe: port, flat: 0.95 },
]

describe.each(universes)('services of a $universe.name with rules', ({ universe: given, flat }) => {
  const universe = withSubscriptions(given)
  let federation: Federation
  let plain: GraphQLSchema
  let guarded: Guarded
  let marked: ReturnType<typeof markedServices>
  let oracle: Oracle

  async function open(seed: number): Promise<void> {
    const make = guard(universe.services, createDice(seed), MOST_GUARDED)
    const inServices = make(new GraphQLSchema({}))
    marked = markedServices(universe, inServices.typeDefs, inServices)
    federation = await federate(marked.services)
    plain = federation.plain
    guarded = make(plain)
    oracle = createOracle(universe, plain, guarded)
  }

  beforeAll(() => open(SEED))
  afterAll(() => federation.close())

  test(
    'Nothing denied is asked of a service, and all else is as in the plain schema',
    async () => {
      const dice = createDice(SEED + 1)
      const seen = { rules: 1, events: 0, valid: 0, denied: 0, flat: 0, nulled: 0, quoted: 0 }
      for (let number = 0; number < QUERIES; number += 1) {
        if (number > 0 && number % QUERIES_OF_RULES === 0) {
          await federation.close()
          // Far from the seeds of other runs.
          await open(SEED * 1_000_003 + number)
          seen.rules += 1
        }
        const question = randomQuestion(plain, dice)
        if (!question) continue
        const { query, variables } = question
        const caller = randomCaller(dice)
        seen.valid += 1
        const expected = await oracle.answer(query, variables, caller)
        const actual = await inEngine(query, variables, caller)
        if (actual.denied) seen.denied += 1
        if (isSubscription(query)) seen.events += 1
        if (actual.denied && actual.isFlat) seen.flat += 1
        if (expected.errors.some(isDenied)) seen.nulled += 1
        const faults = [
          ...leaksTo(caller, actual),
          ...federation.wrong,
          ...(actual.isRefused === isRefused(query, expected) ? [] : [`refused: ${actual.isRefused}`]),
          ...(actual.isRefused ? [] : otherThan(expected, actual)),
          ...actual.errors.flatMap((error) => wronglyCoded(error, caller)),
          ...actual.differences,
        ]
        if (actual.denied) {
          // Services quote the values of fields that they fail to read.
          marked.faults = number
          const failing = await inEngine(query, variables, caller)
          marked.faults = undefined
          faults.push(...leaksTo(caller, failing), ...federation.wrong)
          if (failing.text.includes('Cannot read')) seen.quoted += 1
        }
        if (faults.length > 0)
          throw new Error(
            [
              ...faults,
              query,
              JSON.stringify(variables),
              sayCaller(caller),
              JSON.stringify(guarded.placements),
              `engine ${JSON.stringify(actual.data)}`,
              `plain  ${JSON.stringify(expected.data)}`,
              ...actual.errors.map(({ path, message }) => `engine error ${path?.join('.')} ${message}`),
              ...expected.errors.map(({ path, message }) => `plain error ${path?.join('.')} ${message}`),
              ...federation.calls.map((call) => `${call.service} ${call.query} ${JSON.stringify(call.variables)}`),
            ].join('\n'),
          )
      }
      if (process.env['ACCESS_SAY']) process.stderr.write(`${universe.name} ${JSON.stringify(seen)}\n`)
      expect(seen.valid).toBeGreaterThan(QUERIES * 0.8)
      expect(seen.quoted).toBeGreaterThan(0)
      // In whole operations: the few of the suite are more or less than the share.
      expect(seen.flat).toBeGreaterThanOrEqual(Math.floor(seen.denied * flat))
    },
    60_000 + QUERIES * 200,
  )

  function leaksTo(caller: TestCaller, { text }: InEngine): string[] {
    const { calls } = federation
    return [
      ...calls.flatMap((call) => oracle.forbiddenIn(call, caller)).map((leak) => `asked ${leak}`),
      ...calls.flatMap((call) => tellsForbidden(call.text, caller, guarded)).map((leak) => `told a service ${leak}`),
      ...tellsForbidden(text, caller, guarded).map((leak) => `told ${leak}`),
    ]
  }

  /** Errors of what is denied name the place. */
  function wronglyCoded({ message, extensions }: GraphQLError, caller: TestCaller): string[] {
    const [, type = '', field] = /^(?:Sign in to|You may not) see "(\w+)(?:\.(\w+))?"\.$/.exec(message) ?? []
    if (type === '') return []
    const rules = field === undefined ? guarded.ofType(type) : guarded.ofField(type, field)
    return extensions['code'] === refusalOf(caller, rules) ? [] : [`${extensions['code']} for ${message}`]
  }

  async function inEngine(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    caller: TestCaller,
  ): Promise<InEngine> {
    const { engine, calls, wrong, exact } = federation
    calls.length = 0
    wrong.length = 0
    const rules = engine.facts.access
    try {
      const prepared = engine.prepare(query, parse(query))
      const bound = prepared.bind(variables)
      const { needed } = prepared
      const denied = needed.length > 0 ? await decide(exchangeOf(caller, variables), needed, rules) : undefined
      const compiled = await prepared.compiled(bound.conditions, () => 'test', denied)
      const send = (): Send => federation.sendIn(universe.createWorld())
      const { events } = compiled
      const event =
        events &&
        (await send()({
          service: events.service,
          body: events.body(bound.values),
          context: callContext,
          operation: 'query',
        }))
      const isRefused = isSubscription(query) && !event
      const run = (): Promise<Answer> => compiled.execute(bound, callContext, send(), event)
      const before = exact.runs
      const answer = await run()
      const isFlat = exact.runs === before
      // A surprise: the exact path takes over.
      federation.isOdd = () => true
      const exactly = isFlat && denied ? await run() : answer
      federation.isOdd = () => false
      const { data } = withoutMarks(JSON.parse(answer.body.toString()) as Told)
      const text = [answer, exactly].map(({ body, errors }) => `${body} ${quoted(errors)}`).join(' ')
      const differences = differencesOf(answer, exactly)
      return { data, errors: answer.errors, text, denied: denied !== undefined, isFlat, isRefused, differences }
    } catch (error) {
      const errors = [error as GraphQLError]
      const text = quoted(errors)
      return { data: undefined, errors, text, denied: false, isFlat: true, isRefused: false, differences: [] }
    }
  }
})

const { decide } = createAuthorization({
  onForbidden: 'null',
  policies: (_names, { headers }) => `${headers['x-policies']}`.split(' '),
  timeout: 10_000,
  knowsCallers: true,
  log,
})

const emptyRequest = { method: 'POST', url: '/graphql', address: () => undefined, readText: () => '' }

function exchangeOf(caller: TestCaller, variables: Readonly<Record<string, unknown>>): Exchange {
  const { isSignedIn, scopes, policies } = caller
  const headers = { 'x-policies': [...policies].join(' ') }
  const exchange = openExchange({ ...emptyRequest, headers }, 'test')
  exchange.parameters = { ...exchange.parameters, variables }
  if (isSignedIn)
    exchange.caller = {
      id: 'somebody',
      scopes,
      expiresAt: Number.POSITIVE_INFINITY,
      trustedUntil: Number.POSITIVE_INFINITY,
      claims: {},
    }
  return exchange
}

function otherThan(expected: Told, actual: Told): string[] {
  return [
    ...(isDeepStrictEqual(actual.data, expected.data) ? [] : ['other data']),
    ...(isDeepStrictEqual(explained(actual), explained(expected)) ? [] : ['other errors']),
  ]
}

/** All that a client may be told of errors, by whatever rule. */
const quoted = (errors: readonly GraphQLError[]): string =>
  JSON.stringify(errors.map(({ message, extensions, originalError }) => [message, extensions, originalError?.message]))

/** In bytes, and in errors and their order. */
function differencesOf(flat: Answer, exact: Answer): string[] {
  const [one, other] = [flat, exact].map(({ body, errors }) => `${body} ${JSON.stringify(errors)}`)
  return one === other ? [] : [`the flat path  ${one}`, `the exact path ${other}`]
}
