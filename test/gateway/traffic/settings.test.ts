/** Settings that limit the calls of a service. */
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from '@jest/globals'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { callOf, startUpstream, trafficTo, type Upstream } from '../../support/upstream.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close()
})

async function upstream(answer: Upstream['answer']): Promise<Upstream> {
  const one = await startUpstream(answer)
  opened.push({ close: one.stop })
  return one
}

async function outcome(service: Parameters<typeof stateful>[1], { url }: Upstream): Promise<string> {
  const traffic = trafficTo(stateful('s', service), [url])
  opened.unshift(traffic)
  return traffic.send(callOf('s', '{}')).then(
    () => 'OK',
    (error: { extensions?: { code?: string } }) => String(error.extensions?.code),
  )
}

test.each([
  [0, 0, 'OK'],
  [1, 0, 'SERVICE_UNAVAILABLE'],
  [2, 2, 'OK'],
  [3, 2, 'SERVICE_UNAVAILABLE'],
  [3, 3, 'OK'],
])('After %d broken connections a service with %d retries answers %s', async (broken, retries, expected) => {
  const one = await upstream(({ response, count }) => {
    if (count > broken) return { data: { ok: true } }
    response.destroy()
    return undefined
  })
  expect(await outcome({ retries }, one)).toBe(expected)
  expect(one.bodies).toHaveLength(Math.min(broken, retries) + 1)
})

test.each(['measured', 'chunked', 'compressed'])('An answer over answerBytes is refused: %s', async (how) => {
  const one = await upstream(({ response }) => {
    const text = JSON.stringify({ data: { ok: 'x'.repeat(5_000) } })
    const whole = how === 'compressed' ? gzipSync(text) : Buffer.from(text)
    response.setHeader('content-type', 'application/json')
    if (how === 'compressed') response.setHeader('content-encoding', 'gzip')
    if (how !== 'chunked') response.setHeader('content-length', whole.length)
    response.write(whole.subarray(0, 100))
    response.end(whole.subarray(100))
    return undefined
  })
  expect(await outcome({ answerBytes: 6_000 }, one)).toBe('OK')
  expect(await outcome({ answerBytes: 5_000 }, one)).toBe('SERVICE_UNAVAILABLE')
})
