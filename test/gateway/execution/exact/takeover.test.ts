/** The exact path takes over runs at any point: the answer is the same, and no call is repeated. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import type { AskedCall, AskedCalls } from '../../../../gateway/execution/calls/ask.ts'
import type { RequestBody, Send, ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import fc from '../../../support/fast-check.ts'
import { randomQuery } from '../random-query.ts'
import { type ExactOperation, type ExactPath, openExactPath, type SentByFetch } from '../support/exact-path.ts'
import { type Federation, federate } from '../support/federation.ts'
import { inOrder } from '../support/in-order.ts'
import { club, desk } from '../support/members.ts'
import { servicesOf } from '../support/universe.ts'
import { office } from '../universes/office.ts'
import { shop } from '../universes/shop.ts'
import { town } from '../universes/town.ts'

type Variables = Readonly<Record<string, unknown>>
interface Body {
  readonly query: string
  readonly variables: Variables & { readonly representations?: readonly object[] }
}

const read = ({ bytes }: RequestBody): Body => JSON.parse(bytes.toString()) as Body

/** The same value in another order, with an escape for every letter. */
function respelled(value: unknown): string {
  if (Array.isArray(value)) return `[ ${value.map(respelled).join(' , ')} ]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, each]) => `${respelled(name)} : ${respelled(each)}`)
    return `{${members.reverse().join()}}`
  }
  if (typeof value !== 'string') return JSON.stringify(value)
  return `"${Array.from(value, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
}

/** What tells one question about an entity, or one root fetch, from all others of a run. */
function questionsIn(fetches: ExactOperation['fetches'], { fetch, body }: Pick<SentByFetch, 'fetch' | 'body'>) {
  const { representations, ...variables } = read(body).variables
  if (!body.representations) return [`${fetch}`]
  const names = (fetches[fetch]?.node.contextRewrites ?? []).map(({ renameKeyTo }) => renameKeyTo)
  const context = names.map((name) => variables[name])
  return (representations ?? []).map((each) => JSON.stringify([fetch, context, inOrder(each)]))
}

const errorsOf = ({ answer }: Awaited<ReturnType<ExactOperation['run']>>): string[] =>
  answer.errors.map(({ path, message }) => JSON.stringify([path, message])).sort()

describe.each([shop, office, town])('services of a $name', (universe) => {
  let federation: Federation
  let path: ExactPath
  beforeAll(async () => {
    federation = await federate(servicesOf(universe))
    path = await openExactPath(federation.supergraph, federation.engine.schema)
  })
  afterAll(() => Promise.all([federation.close(), path.close()]))

  /** @param choose decides of each call how much of it was asked before */
  async function takeOver(query: string, variables: Variables, down: readonly string[], choose: () => number) {
    const operation = await path.open(query, variables).catch(() => undefined)
    if (!operation || operation.fetches.length === 0) return
    federation.down.clear()
    for (const service of down) federation.down.add(service)
    const world = universe.createWorld()
    const calls = new Map<RequestBody, ServiceCall>()
    const send: Send = (call) => {
      calls.set(call.body, call)
      return federation.sendIn(world)(call)
    }
    const whole = await operation.run(send)
    const before = whole.sent.flatMap((each) => partOf(each, calls, send, choose()))
    const asked = new Map<number, AskedCall[]>()
    for (const each of before) asked.set(each.fetch, [...(asked.get(each.fetch) ?? []), each])
    const rest = await operation.run(send, asked)

    const questions = [...before, ...rest.sent].flatMap((each) => questionsIn(operation.fetches, each))
    expect(questions.filter((question, index) => questions.indexOf(question) < index)).toEqual([])
    expect(rest.answer.body.toString()).toBe(whole.answer.body.toString())
    expect(errorsOf(rest)).toEqual(errorsOf(whole))
  }

  test('The answer is the same for any earlier calls, and no call is repeated', async () => {
    let asked = 0
    const choices = fc.array(fc.nat(1 << 16), { maxLength: 300, size: 'max' })
    const parts = fc.array(fc.nat(1 << 16), { minLength: 20, maxLength: 20 })
    const services = fc.subarray(Object.keys(universe.services), { maxLength: 1 })
    const property = fc.asyncProperty(choices, parts, services, async (numbers, sizes, down) => {
      const { query, variables } = randomQuery(federation.engine.schema, numbers)
      const document = parse(query)
      const isQuery = document.definitions.every((each) => !('operation' in each) || each.operation === 'query')
      if (!isQuery || validate(federation.engine.schema, document).length > 0) return
      let next = 0
      await takeOver(query, variables, down, () => sizes[next++ % sizes.length] ?? 0)
      asked += 1
    })
    await fc.assert(property, { numRuns: 150 })
    expect(asked).toBeGreaterThan(100)
  })
})

/** Nothing of a call, all of it, or some of its entities in another order and spelling. */
function partOf(
  sent: SentByFetch,
  calls: ReadonlyMap<RequestBody, ServiceCall>,
  send: Send,
  choice: number,
): SentByFetch[] {
  sent.answer.catch(() => undefined)
  if (choice % 3 === 0) return []
  const call = calls.get(sent.body)
  const { query, variables } = read(sent.body)
  const some = variables.representations?.filter((_each, index) => (choice >> (index % 12)) % 2 === 0).reverse()
  if (choice % 3 === 1 || !call || !some || some.length === 0) return [sent]
  const text = respelled({ query, variables: { ...variables, representations: some } })
  const body: RequestBody = { bytes: Buffer.from(text), representations: [0, 0] }
  const answer = send({ ...call, body })
  answer.catch(() => undefined)
  return [{ fetch: sent.fetch, body, answer }]
}

describe('members', () => {
  let federation: Federation
  let path: ExactPath
  beforeAll(async () => {
    federation = await federate({ club, desk })
    path = await openExactPath(federation.supergraph, federation.engine.schema)
  })
  afterAll(() => Promise.all([federation.close(), path.close()]))

  test('A sent mutation is not repeated, with any outcome', async () => {
    const operation = await path.open('mutation { a: join(name: "x") b: note(text: "y") c: join(name: "z") }', {})
    const log: string[] = []
    const send = federation.sendIn(log)
    const { sent } = await operation.run(send)
    const failed = Promise.reject(new Error('cut off'))
    failed.catch(() => undefined)
    const asked: AskedCalls = new Map(
      sent
        .slice(0, 2)
        .map(({ fetch, body, answer }, index) => [fetch, [{ body, answer: index === 1 ? failed : answer }]]),
    )
    log.length = 0
    const run = await operation.run(send, asked)
    expect([log, run.answer.errors.map(({ path }) => path)]).toEqual([['z'], [['b']]])
  })

  test('An entity is known again by numbers that JavaScript does not hold', async () => {
    const operation = await path.open('{ members { greeting } }', {})
    federation.instead = (service) =>
      service === 'club'
        ? '{"data":{"members":[{"__typename":"Member","id":12345678901234567890},{"__typename":"Member","id":1.0}]}}'
        : { data: { _entities: [{ greeting: 'a' }, { greeting: 'b' }] } }
    const { sent } = await operation.run(federation.send)
    const run = await operation?.run(federation.send, new Map(sent.map((each) => [each.fetch, [each]])))
    federation.instead = undefined
    expect([sent.length, run?.sent]).toEqual([2, []])
    expect(run?.answer.body.toString()).toBe('{"data":{"members":[{"greeting":"a"},{"greeting":"b"}]}}')
  })

  test('An error without a place is reported once, although its answer is read again', async () => {
    const operation = await path.open('{ members { greeting } }', {})
    federation.instead = (service) =>
      service === 'desk'
        ? {
            data: { _entities: [{ greeting: 'a' }, { greeting: 'b' }] },
            errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }],
          }
        : undefined
    const { sent } = (await operation?.run(federation.send)) ?? { sent: [] }
    const asked = new Map(sent.map((each) => [each.fetch, [each]]))
    const run = await operation.run(federation.send, asked)
    expect(run.sent).toEqual([])
    expect(run.answer.errors.map(({ message, path }) => [message, path])).toEqual([['No.', undefined]])
  })
})
