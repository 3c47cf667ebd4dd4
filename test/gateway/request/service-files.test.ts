import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { type RunningGateway, startGateway } from '../../../gateway/gateway.ts'
import { SIGNATURE_HEADER, verifySignature } from '../../../platform/protocol/signature.ts'
import { readAnswer } from '../../support/answer.ts'
import { newFolder } from '../../support/folder.ts'
import { verdict } from '../../support/gateway.ts'
import { log } from '../../support/log.ts'
import { nowhere } from '../../support/nowhere.ts'
import { until } from '../../support/until.ts'
import { startUpstream, type Upstream } from '../../support/upstream.ts'

const GATEWAY_SECRET = 'a secret of sixteen'
const picture = Buffer.from('not really a picture, but long enough to be cut in two'.repeat(1_000))

let folder: string
let banking: Upstream
let content: Upstream[]
let gateway: RunningGateway
beforeAll(async () => {
  const serve: Upstream['answer'] = ({ request, response }) => {
    if (request.url?.startsWith('/health')) return { pid: 1 }
    if (request.url !== '/assets/abc-picture.png') {
      response.statusCode = 404
      return {}
    }
    const fresh = request.headers['if-none-match'] === '"abc"'
    response.writeHead(fresh ? 304 : 200, { etag: '"abc"', 'content-type': 'image/png', 'x-internal': 'secret' })
    response.end(fresh ? undefined : picture)
    return undefined
  }
  content = await Promise.all([startUpstream(serve), startUpstream(serve)])
  banking = await startUpstream(({ request, response }) => {
    if (request.url?.startsWith('/health')) return { pid: 1 }
    response.writeHead(200, { 'content-type': 'text/csv' }).end('a,b')
    return undefined
  })
  folder = await newFolder()
  const config = await readConfig({
    PORT: '0',
    DATA_DIR: folder,
    GATEWAY_SECRET,
    ...nowhere,
    BANKING_URL: banking.url,
    CONTENT_URL: content.map(({ url }) => url).join(','),
  })
  gateway = await startGateway(config, log)
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([banking, ...content].map((upstream) => upstream.stop()))
})

async function isHealthy(): Promise<boolean> {
  const services = await gateway.commands.services()
  return services.find(({ name }) => name === 'content')?.instances.every(({ health }) => health === 'healthy') ?? false
}

describe('file of a service', () => {
  // On a busy machine an instance that misses its health request of 2 s gets no calls for a second.
  // A restarted one counts as healthy only once it has answered.
  beforeEach(() => until(async () => (await isHealthy()) && (await fetch(`${gateway.url}/assets/abc-picture.png`)).ok))

  test('A file passes the gateway whole, by a signed call that does not name the caller', async () => {
    const headers: Record<string, unknown>[] = []
    for (const upstream of content) {
      const before = upstream.answer
      upstream.answer = (received) => {
        if (received.request.url?.startsWith('/assets/')) headers.push(received.request.headers)
        return before(received)
      }
    }
    const response = await fetch(`${gateway.url}/assets/abc-picture.png`, {
      headers: { authorization: 'Bearer x', cookie: 'a=b', 'x-request-id': 'pic-1' },
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true)
    expect([response.headers.get('content-type'), response.headers.get('x-internal')]).toEqual(['image/png', null])
    const [sent = {}] = headers
    expect(sent).not.toHaveProperty('authorization')
    expect(sent).not.toHaveProperty('cookie')
    const signed = {
      method: 'GET',
      path: '/assets/abc-picture.png',
      body: '',
      authorization: undefined,
      perspective: undefined,
      requestId: 'pic-1',
    }
    expect(verifySignature(GATEWAY_SECRET, signed, String(sent[SIGNATURE_HEADER]))).toBe(true)
  })

  test('A cached file is not sent again, and HEAD is answered', async () => {
    const again = await fetch(`${gateway.url}/assets/abc-picture.png`, { headers: { 'if-none-match': '"abc"' } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await fetch(`${gateway.url}/assets/abc-picture.png`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('A file comes only from the service that owns its path', async () => {
    expect(await (await fetch(`${gateway.url}/downloads/statements/1.csv?signature=x`)).text()).toBe('a,b')
    expect((await fetch(`${gateway.url}/assets/nothing`)).status).toBe(404)
    expect(verdict(await readAnswer(await fetch(`${gateway.url}/elsewhere/x`)))).toBe('404 BAD_USER_INPUT')
  })

  test.each(['..', '%2e%2E', '.%2e', '..;v=1'])('No path leads out of the public ones by %s', async (up) => {
    const seen: unknown[] = []
    for (const upstream of content) {
      const usual = upstream.answer
      upstream.answer = (received) => {
        if (!received.request.url?.startsWith('/health')) seen.push(received.request.url)
        return usual(received)
      }
    }
    for (const path of [`/assets/${up}/internal`, `/assets/a/${up}/${up}`, `/assets/a%2f${up}%5Cinternal`]) {
      const [answer] = (await once(get(gateway.url, { path }), 'response')) as [IncomingMessage]
      answer.resume()
      expect([path, answer.statusCode]).toEqual([path, 404])
    }
    expect(seen).toEqual([])
    await fetch(`${gateway.url}/assets/..a..?from=/../x`)
    expect(seen).toEqual(['/assets/..a..?from=/../x'])
  })

  test('A file comes from another instance when one is down, and is unavailable when all are', async () => {
    const [first, second] = content as [Upstream, Upstream]
    await first.stop()
    for (let n = 0; n < 6; n += 1) expect((await fetch(`${gateway.url}/assets/abc-picture.png`)).status).toBe(200)
    await second.stop()
    const answer = await readAnswer(await fetch(`${gateway.url}/assets/abc-picture.png`))
    expect(verdict(answer)).toBe('503 SERVICE_UNAVAILABLE')
    expect(JSON.stringify(answer.errors)).not.toContain('127.0.0.1')
    await Promise.all([first.start(), second.start()])
  })

  test('A slow file does not count against its instance: other answers of it are still used', async () => {
    for (const upstream of content) {
      const usual = upstream.answer
      upstream.answer = (received) => (received.request.url === '/assets/slow.avif' ? undefined : usual(received))
    }
    const slow = Array.from({ length: 12 }, () => fetch(`${gateway.url}/assets/slow.avif`))
    expect(new Set((await Promise.all(slow)).map(({ status }) => status))).toEqual(new Set([504]))
    expect(await isHealthy()).toBe(true)
    expect((await fetch(`${gateway.url}/assets/abc-picture.png`)).status).toBe(200)
  })

  test('A file that its service fails at does not close the service', async () => {
    for (const upstream of content) {
      const usual = upstream.answer
      upstream.answer = (received) => {
        if (received.request.url !== '/assets/broken.avif') return usual(received)
        received.response.destroy()
        return undefined
      }
    }
    for (let time = 0; time < 8; time += 1) expect((await fetch(`${gateway.url}/assets/broken.avif`)).status).toBe(503)
    expect((await fetch(`${gateway.url}/assets/abc-picture.png`)).status).toBe(200)
    expect(await isHealthy()).toBe(true)
  })

  test('A busy instance is skipped; where all are busy the client learns when to retry', async () => {
    const [first, second] = content as [Upstream, Upstream]
    const befores = content.map(({ answer }) => answer)
    const busy: Upstream['answer'] = ({ request, response }) => {
      if (request.url?.startsWith('/health')) return { pid: 1 }
      response.writeHead(503, { 'retry-after': '3' }).end('{}')
      return undefined
    }
    first.answer = busy
    for (let time = 0; time < 12; time += 1)
      expect((await fetch(`${gateway.url}/assets/abc-picture.png`)).status).toBe(200)
    second.answer = busy
    const answer = await fetch(`${gateway.url}/assets/abc-picture.png`)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3'])
    content.forEach((upstream, index) => {
      upstream.answer = befores[index] ?? upstream.answer
    })
  })
})
