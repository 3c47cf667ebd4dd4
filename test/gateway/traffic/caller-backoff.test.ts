import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type ServiceDefinition, stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import type { Traffic } from '../../../gateway/traffic/traffic.ts'
import { type StoppedClock, stopClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { callOf, startUpstream, trafficTo, type Upstream } from '../../support/upstream.ts'

const closing: (() => Promise<void>)[] = []
let clock: StoppedClock
beforeEach(() => {
  clock = stopClock()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  clock[Symbol.dispose]()
})

const plain = { sharedCache: false, hedging: false, coalescing: false } as const
const DEADLINE = 20_000 // milliseconds
/** Concurrent calls: after five failures in a row the gateway checks the service's health. */
const ENOUGH = 6
const BAD = '{"query":"{bad}"}'
const GOOD = '{"query":"{good}"}'

/** A service that answers bad operations as the test says, and all others normally. */
async function startService(answer: (response: ServerResponse) => unknown): Promise<Upstream> {
  const upstream = await startUpstream(({ response, body }) =>
    body === BAD ? answer(response) : { data: { good: true } },
  )
  closing.push(upstream.stop)
  return upstream
}

function to(definition: ServiceDefinition, ...upstreams: readonly Upstream[]): Traffic {
  const addresses = upstreams.map(({ url }) => url)
  const traffic = trafficTo(definition, addresses)
  closing.unshift(() => traffic.close())
  return traffic
}

interface Outcome {
  readonly code: unknown
  readonly retryAfter?: unknown
}

const send = (traffic: Traffic, body: string, authorization: string, kind?: 'mutation'): Promise<Outcome> =>
  traffic.send(callOf('s', body, { authorization }, kind)).then(
    () => ({ code: 'OK' }),
    ({ extensions: { code, retryAfter } }) => ({ code, ...(retryAfter !== undefined && { retryAfter }) }),
  )
const calls = ({ bodies }: Upstream): number => bodies.filter((body) => body === BAD).length

/** Lets the deadline pass once the service has got `asked` calls, without an answer. */
async function pastDeadline(service: Upstream, asked: number): Promise<void> {
  await until(() => calls(service) === asked)
  await clock.step(DEADLINE)
}

const text =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body)

const soon = new Date(Date.now() + 3_600_000).toUTCString()

/** The fault, the code that the caller gets, and how often the service is called. */
const faults: readonly (readonly [string, (response: ServerResponse) => unknown, string, number])[] = [
  ['400', text(400, 'no'), 'SERVICE_UNAVAILABLE', 1],
  ['401', text(401, '<html>'), 'UNAUTHENTICATED', 1],
  ['403', text(403, '{"error":"forbidden"}'), 'FORBIDDEN', 1],
  ['404', text(404, ''), 'SERVICE_UNAVAILABLE', 1],
  ['408', text(408, ''), 'SERVICE_UNAVAILABLE', 1],
  ['413', text(413, ''), 'SERVICE_UNAVAILABLE', 1],
  ['429', text(429, ''), 'SERVICE_UNAVAILABLE', 1],
  ['429 with a time to wait', text(429, '', { 'retry-after': '30' }), 'SERVICE_UNAVAILABLE', 1],
  ['503 with a time to wait', text(503, '', { 'retry-after': '30' }), 'SERVICE_UNAVAILABLE', 1],
  ['a redirect', text(302, '', { location: 'http://127.0.0.1:1/' }), 'SERVICE_UNAVAILABLE', 3],
  ['no content', text(204, ''), 'SERVICE_UNAVAILABLE', 3],
  ['nothing', text(200, ''), 'SERVICE_UNAVAILABLE', 3],
  ['HTML', text(200, '<html>sign in</html>'), 'SERVICE_UNAVAILABLE', 3],
  ['half an answer', text(200, '{"data":{'), 'SERVICE_UNAVAILABLE', 3],
  ['an encoding nobody knows', text(200, '{"data":{}}', { 'content-encoding': 'x' }), 'SERVICE_UNAVAILABLE', 3],
  ['500', text(500, 'oops'), 'SERVICE_UNAVAILABLE', 3],
  ['502 in HTML', text(502, '<html>'), 'SERVICE_UNAVAILABLE', 3],
  ['503 without a time', text(503, ''), 'SERVICE_UNAVAILABLE', 3],
  ['a cut connection', (response) => void response.destroy(), 'SERVICE_UNAVAILABLE', 3],
  ['what is no HTTP', (response) => void response.socket?.end('SSH-2.0\r\n\r\n'), 'SERVICE_UNAVAILABLE', 3],
  ['an answer over the limit', text(200, 'x'.repeat(17 * 1024 * 1024)), 'SERVICE_UNAVAILABLE', 1],
  ['no answer', () => undefined, 'SERVICE_TIMEOUT', 1],
]

describe('faulty calls of one caller', () => {
  test.each(faults)('%s for one caller does not close the service to others', async (what, answer, code, tries) => {
    const service = await startService(answer)
    const deadline = DEADLINE
    const sendBad = async (traffic: Traffic, count: number): Promise<Outcome[]> => {
      const before = calls(service)
      const outcomes = Array.from({ length: count }, () => send(traffic, BAD, 'bad caller'))
      if (what === 'no answer') await pastDeadline(service, before + count)
      return Promise.all(outcomes)
    }
    for (const definition of [stateful('s', { deadline }), stateless('s', { ...plain, deadline })]) {
      const traffic = to(definition, service)
      const before = calls(service)
      expect((await sendBad(traffic, 1))[0]?.code).toBe(
        definition.kind === 'stateful' ? code : code === 'SERVICE_TIMEOUT' ? code : 'SERVICE_UNAVAILABLE',
      )
      expect(calls(service) - before).toBe(tries)
      for (let round = 0; round < 3; round += 1) {
        await sendBad(traffic, ENOUGH)
        for (let n = 0; n < 3; n += 1) expect(await send(traffic, GOOD, 'good caller')).toEqual({ code: 'OK' })
      }
      expect(traffic.status()[0]?.instances[0]?.health).toBe('healthy')
    }
  })

  test.each(faults)('%s does not repeat a mutation', async (what, answer) => {
    const service = await startService(answer)
    const sent = send(to(stateful('s', { deadline: DEADLINE }), service), BAD, 'bad caller', 'mutation')
    if (what === 'no answer') await pastDeadline(service, 1)
    await sent
    expect(calls(service)).toBe(1)
  })
})

describe('Retry-After', () => {
  test.each([
    ['429', 429, '7', 7],
    ['503', 503, '7', 7],
    ['503 and a GraphQL answer', 503, '7', 7],
    ['503 and a date', 503, soon, 60],
    ['503 and a time in the past', 503, 'Thu, 01 Jan 1970 00:00:00 GMT', 1],
    ['503 and a day', 503, '86400', 60],
  ])(
    'A caller refused with %s does not call that service for the given time, and is told so',
    async (what, status, retryAfter, seconds) => {
      const body = what.includes('GraphQL') ? '{"errors":[{"message":"busy"}]}' : ''
      const service = await startService(text(status, body, { 'retry-after': retryAfter }))
      const traffic = to(stateful('s'), service)
      for (let n = 0; n < 3; n += 1) {
        const refused = await send(traffic, n === 0 ? BAD : GOOD, 'a caller')
        expect(refused).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfter: seconds })
      }
      expect(service.bodies.length).toBe(1)
      expect(await send(traffic, GOOD, 'another caller')).toEqual({ code: 'OK' })
    },
  )

  test('After Retry-After the service is called again', async () => {
    const service = await startService(text(503, '', { 'retry-after': '1' }))
    const traffic = to(stateful('s'), service)
    expect((await send(traffic, BAD, 'a caller')).code).toBe('SERVICE_UNAVAILABLE')
    await clock.step(999)
    expect((await send(traffic, GOOD, 'a caller')).code).toBe('SERVICE_UNAVAILABLE')
    expect(service.bodies.length).toBe(1)
    await clock.step(1)
    expect((await send(traffic, GOOD, 'a caller')).code).toBe('OK')
    expect(service.bodies.length).toBe(2)
  })

  test('During Retry-After another instance is called', async () => {
    const [busy, free] = [
      await startService(text(503, '', { 'retry-after': '30' })),
      await startService(() => ({ data: {} })),
    ]
    const traffic = to(stateful('s'), busy, free)
    for (let n = 0; n < 30; n += 1) expect(await send(traffic, BAD, 'a caller')).toEqual({ code: 'OK' })
    expect(busy.bodies.length).toBe(1)
  })

  test('Retry-After applies to a GraphQL answer with 429', async () => {
    const error = { message: 'Enough.', extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: 9 } }
    const service = await startService(text(429, JSON.stringify({ errors: [error] }), { 'retry-after': '9' }))
    const { errors } = (await to(stateful('s'), service).send(callOf('s', BAD))).parsed()
    expect(errors).toEqual([error])
  })
})
