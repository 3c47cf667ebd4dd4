/** An answer goes to the call's own reader first, else to the parser. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type ServiceDefinition, stateful, stateless } from '../../../../gateway/traffic/call/kind.ts'
import type { ServiceCall } from '../../../../gateway/traffic/call/send.ts'
import type { Traffic } from '../../../../gateway/traffic/traffic.ts'
import { until } from '../../../support/until.ts'
import { callOf, startUpstream, trafficTo, type Upstream } from '../../../support/upstream.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function serve(answer: Upstream['answer'], definition: ServiceDefinition = stateful('s'), instances = 1) {
  const upstreams = await Promise.all(Array.from({ length: instances }, () => startUpstream(answer)))
  const traffic = trafficTo(
    definition,
    upstreams.map(({ url }) => url),
  )
  opened.push(...upstreams.map(({ stop }) => stop), traffic.close)
  return { traffic, upstreams }
}

/** A call with a reader, and the texts that the reader got. */
function reading(verdict: (text: string) => boolean, signal?: AbortSignal): { call: ServiceCall; seen: string[] } {
  const seen: string[] = []
  const read = (body: Buffer): boolean => {
    seen.push(body.toString())
    return verdict(body.toString())
  }
  return { call: { ...callOf('s', '{"query":"{a}"}', { signal }), read }, seen }
}

const raw =
  (text: string, status = 200): Upstream['answer'] =>
  ({ response }) => {
    response.writeHead(status).end(text)
    return undefined
  }
const codeOf = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'OK',
    (error: { extensions: { code: unknown } }) => error.extensions.code,
  )

describe('reader of a call', () => {
  test('An answer that the reader accepts is not parsed', async () => {
    const { traffic } = await serve(raw('no JSON'))
    const { call, seen } = reading(() => true)
    const { body } = await traffic.send(call)
    expect([body.toString(), seen]).toEqual(['no JSON', ['no JSON']])
  })

  test('An answer that the reader rejects is parsed', async () => {
    const { traffic } = await serve(() => ({ data: { a: 1 }, errors: [{ message: 'x', path: ['a'] }] }))
    const answer = await traffic.send(reading(() => false).call)
    expect(answer.parsed()).toEqual({
      data: { a: 1 },
      errors: [{ message: 'Internal error.', path: ['a'], extensions: { code: 'INTERNAL' } }],
    })
  })

  test('An invalid answer is retried, and every whole answer is read', async () => {
    const { traffic } = await serve((received) => (received.count === 1 ? raw('{"da')(received) : { data: {} }))
    const { call, seen } = reading((text) => text === '{"data":{}}')
    expect([(await traffic.send(call)).parsed(), seen]).toEqual([{ data: {} }, ['{"da', '{"data":{}}']])
  })

  test('The reader gets no answer with an error status', async () => {
    const { traffic } = await serve(raw('{"data":{}}', 500))
    const { call, seen } = reading(() => true)
    expect([(await traffic.send(call)).parsed(), seen]).toEqual([{ data: {} }, []])
  })
})

describe('reader of a call that is given up', () => {
  /** A service that answers when the test releases it. */
  function gated() {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const answer: Upstream['answer'] = () => gate.then(() => ({ data: {} }))
    return { answer, release: () => release() }
  }
  const leave = async (traffic: Traffic, upstream: Upstream) => {
    const leaving = new AbortController()
    const { call, seen } = reading(() => true, leaving.signal)
    const code = codeOf(traffic.send(call))
    await until(() => upstream.bodies.length > 0)
    return { seen, code, abort: () => leaving.abort() }
  }

  test('The reader of a call that was given up does not get the answer that others wait for', async () => {
    const { answer, release } = gated()
    const { traffic, upstreams } = await serve(answer, stateless('s', { sharedCache: false }))
    const { seen, code, abort } = await leave(traffic, upstreams[0] as Upstream)
    const staying = new AbortController()
    const other = reading(() => true, staying.signal)
    const answered = traffic.send(other.call)
    abort()
    release()
    expect([await code, (await answered).parsed(), seen]).toEqual(['SERVICE_UNAVAILABLE', { data: {} }, []])
    expect(upstreams[0]?.bodies.length).toBe(1)
  })

  test('The reader of a call that was given up does not get a later answer', async () => {
    const { answer, release } = gated()
    const { traffic, upstreams } = await serve(answer)
    const { seen, code, abort } = await leave(traffic, upstreams[0] as Upstream)
    abort()
    release()
    await traffic.send(callOf('s', '{}'))
    expect([await code, seen]).toEqual(['SERVICE_UNAVAILABLE', []])
  })

  test('The reader gets the answer of one of two called instances', async () => {
    const { answer, release } = gated()
    let isSlow = false
    const { traffic, upstreams } = await serve(
      (received) => (isSlow ? answer(received) : { data: {} }),
      stateless('s', { sharedCache: false }),
      2,
    )
    for (let n = 0; n < 80; n += 1) await traffic.send(callOf('s', '{}'))
    const before = upstreams.map(({ bodies }) => bodies.length)
    isSlow = true
    const { call, seen } = reading(() => true)
    const answered = traffic.send(call)
    await until(() => upstreams.every(({ bodies }, index) => bodies.length > (before[index] as number)))
    release()
    const { body } = await answered
    await traffic.send(callOf('s', '{}'))
    expect([body.toString(), seen]).toEqual(['{"data":{}}', ['{"data":{}}']])
  })
})
