import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { describeMap } from '../../../gateway/map/describe.ts'
import { createFeed } from '../../../gateway/map/feed.ts'
import type { ProviderOfDemo } from '../../../gateway/playground/page/common/settings.ts'
import { createPlayground } from '../../../gateway/playground/serve.ts'
import { readBody } from '../../../platform/http/message/body.ts'
import { sendJson } from '../../../platform/http/message/http-error.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'
import type { ControlAddress } from '../../../platform/process/control.ts'
import { createVerifier } from '../../../platform/protocol/caller.ts'
import { demoCallers, demoIdentity } from '../../../platform/protocol/demo-identity.ts'
import { newFolder } from '../../support/folder.ts'

const SCRIPT = 'console.log("the page")'
const PAGE = '<!doctype html><script type="application/json" id="playground-settings"></script>'
const ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'
const services = [{ name: 'orders', kind: 'stateful' }] as const
const tabs = [{ query: '# </script><script>alert(1)</script>\n{ me { name } }', variables: '' }]

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Sends the given `Host` and `Origin` and no default headers, which `fetch` cannot do. */
async function send(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}${path}`, { method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
    })
    request.once('error', reject)
    request.end(body)
  })
}

const listeners: HttpListener[] = []
async function temporaryFolder(): Promise<string> {
  const folder = await newFolder()
  return folder
}

async function open(options: {
  built: boolean
  demo: boolean
  supervisor?: ControlAddress
  provider?: ProviderOfDemo
}): Promise<{ origin: string; dataDir: string; dist: string }> {
  const folder = await temporaryFolder()
  const dataDir = join(folder, 'data')
  if (options.built) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'assets/Ab3-index.js'), SCRIPT)
    await writeFile(join(folder, 'assets/Ab3-index.js.br'), brotliCompressSync(SCRIPT))
    await writeFile(join(folder, 'assets/Cd4-icon.svg'), ICON)
  }
  const { sign } = await demoIdentity(dataDir)
  const playground = await createPlayground({
    tabs,
    services,
    supervisor: options.supervisor,
    feed: createFeed(async () => describeMap([], 'ready')),
    demo: options.demo
      ? { names: Object.keys(demoCallers), host: 'gateway.test', sign, provider: options.provider }
      : undefined,
    dist: pathToFileURL(`${folder}/`),
  })
  const listener = await listen(
    async (request, response) => {
      if (!(await playground(request, response))) response.writeHead(404).end()
    },
    { host: '127.0.0.1', port: 0 },
  )
  listeners.push(listener)
  return { origin: listener.url, dataDir, dist: folder }
}

afterAll(() => Promise.all(listeners.map((listener) => listener.drain(0))))

describe('page', () => {
  let origin: string
  beforeAll(async () => {
    ;({ origin } = await open({ built: true, demo: true }))
  })
  const html = { accept: 'text/html,application/xhtml+xml' }

  test('Only browsers get the page', async () => {
    expect((await send(origin, '/', { headers: html })).status).toBe(200)
    expect((await send(origin, '/', { headers: { accept: 'application/json' } })).status).toBe(404)
    expect((await send(origin, '/', { method: 'POST', headers: html })).status).toBe(404)
  })

  test('Tabs and callers are embedded as data that cannot become a script', async () => {
    const { body, headers } = await send(origin, '/', { headers: html })
    const text = body.toString()
    expect(text.match(/<script/g)).toHaveLength(1)
    const data = /id="playground-settings">(.*)<\/script>/s.exec(text)?.[1] ?? ''
    expect(JSON.parse(data)).toEqual({
      path: '/graphql',
      tabs,
      services,
      callers: ['payer', 'payee', 'officer', 'officer2'],
      canStop: false,
    })
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/)
  })

  test('The page may send requests to its own origin and the demo’s provider only', async () => {
    const policyOf = async (from: string): Promise<string> =>
      `${(await send(from, '/', { headers: html })).headers['content-security-policy']}`
    expect(await policyOf(origin)).toContain("; connect-src 'self';")
    const provider = { issuer: 'http://localhost:4080', scope: 'openid' }
    const other = await open({ built: true, demo: true, provider })
    expect(await policyOf(other.origin)).toContain("; connect-src 'self' http://localhost:4080;")
  })

  test('The page is revalidated each time, and sent again only after a change', async () => {
    const first = await send(origin, '/', { headers: html })
    expect(first.headers['cache-control']).toBe('no-cache')
    const again = await send(origin, '/', { headers: { ...html, 'if-none-match': String(first.headers.etag) } })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test('A page that was not built says how to build it', async () => {
    const bare = await open({ built: false, demo: true })
    const { status, body } = await send(bare.origin, '/', { headers: html })
    expect([status, body.toString()]).toEqual([503, expect.stringContaining('npm install')])
  })
})

describe('assets', () => {
  let origin: string
  beforeAll(async () => {
    ;({ origin } = await open({ built: true, demo: true }))
  })

  test('Assets may be cached indefinitely, and are sent in an encoding that the browser accepts', async () => {
    const plain = await send(origin, '/assets/Ab3-index.js')
    expect(plain.body.toString()).toBe(SCRIPT)
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'accept-encoding',
    })
    const packed = await send(origin, '/assets/Ab3-index.js', { headers: { 'accept-encoding': 'gzip, br' } })
    expect(packed.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(packed.body).toString()).toBe(SCRIPT)
    expect(packed.headers.etag).not.toBe(plain.headers.etag)
  })

  test('Assets of an older build are not found', async () => {
    const { origin, dist } = await open({ built: true, demo: false })
    await rm(join(dist, 'assets/Cd4-icon.svg'))
    expect((await send(origin, '/assets/Cd4-icon.svg')).status).toBe(404)
    expect((await send(origin, '/assets/Ab3-index.js')).status).toBe(200)
  })

  test('HEAD and a known ETag are answered without content', async () => {
    const head = await send(origin, '/assets/Cd4-icon.svg', { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(ICON.length), 0])
    const known = { 'if-none-match': String(head.headers.etag) }
    expect((await send(origin, '/assets/Cd4-icon.svg', { headers: known })).status).toBe(304)
  })

  test.each([
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/assets/Ab3-index.js.br',
    '/assets/',
    '/index.html',
  ])('No file is served at %s', async (path) => {
    expect((await send(origin, path)).status).toBe(404)
  })
})

describe('demo token', () => {
  let origin: string
  let dataDir: string
  beforeAll(async () => {
    ;({ origin, dataDir } = await open({ built: true, demo: true }))
  })
  const json = { 'content-type': 'application/json' }
  const ask = (headers: Record<string, string>, body = '{"caller":"payer"}', method = 'POST'): Promise<Reply> =>
    send(origin, '/demo/token', { method, headers: { ...json, ...headers }, body })

  test('A demo token is accepted by the services, and never stored', async () => {
    const { status, headers, body } = await ask({ origin, 'sec-fetch-site': 'same-origin' })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    const { token, expiresAt } = JSON.parse(body.toString())
    const caller = await (await createVerifier({ issuers: [], demo: { dataDir } }))(`Bearer ${token}`)
    expect(caller?.id).toBe('payer')
    expect(Math.abs((caller?.expiresAt ?? 0) - expiresAt)).toBeLessThan(2_000)
  })

  test.each([
    ['another site', { origin: 'https://elsewhere.test' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['a name that was pointed at this machine', { host: 'elsewhere.test', origin: 'http://elsewhere.test' }],
    ['a host that is none', { host: 'a b' }],
  ])('A demo token is refused to %s', async (_who, headers) => {
    const { status, body } = await ask(headers)
    expect(status).toBe(403)
    expect(JSON.parse(body.toString()).errors[0].extensions.code).toBe('FORBIDDEN')
  })

  test('A demo token is given under the host name that the gateway listens on', async () => {
    expect((await ask({ host: 'gateway.test:4000', origin: 'http://gateway.test:4000' })).status).toBe(200)
    expect((await ask({ host: '[::1]:4000', origin: 'http://[::1]:4000' })).status).toBe(200)
  })

  test.each([
    ['a form', 415, { 'content-type': 'text/plain' }, '{"caller":"payer"}'],
    ['somebody unknown', 400, {}, '{"caller":"admin"}'],
    ['an inherited name', 400, {}, '{"caller":"constructor"}'],
    ['no JSON', 400, {}, '{'],
    ['too much', 413, {}, `{"caller":"${'x'.repeat(2_000)}"}`],
  ])('A demo token is refused to %s', async (_what, expected, headers, body) => {
    const answer = await ask(headers, body)
    expect(answer.status).toBe(expected)
    expect(answer.body.toString()).not.toContain('token"')
  })

  test('A demo token is given by POST only', async () => {
    expect((await ask({}, '', 'GET')).status).toBe(405)
  })

  test('Demo tokens do not exist outside the demo', async () => {
    const real = await open({ built: true, demo: false })
    expect((await send(real.origin, '/demo/token', { method: 'POST', headers: json })).status).toBe(404)
    const { body } = await send(real.origin, '/', { headers: { accept: 'text/html' } })
    expect(body.toString()).toContain('"callers":[]')
  })
})

describe('demo services', () => {
  const asked: string[] = []
  let supervisor: ControlAddress
  let origin: string
  beforeAll(async () => {
    const listener = await listen(
      async (request, response) => {
        const body = (await readBody(request, 1024)).toString()
        asked.push(`${request.method} ${request.headers.authorization} ${body}`)
        sendJson(response, 200, [])
      },
      { host: '127.0.0.1', port: 0 },
    )
    listeners.push(listener)
    supervisor = { url: listener.url, token: 'of this start' }
    ;({ origin } = await open({ built: true, demo: true, supervisor }))
  })
  const json = { 'content-type': 'application/json' }
  const stop = '{"name":"weather","action":"stop"}'
  const ask = (headers: Record<string, string>): Promise<Reply> =>
    send(origin, '/demo/services', { method: 'POST', headers, body: stop })

  test('The page reaches the supervisor through the gateway, and does not get its token', async () => {
    const { status, headers } = await ask({ ...json, origin, 'sec-fetch-site': 'same-origin' })
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect((await send(origin, '/demo/services')).status).toBe(200)
    expect(asked.splice(0)).toEqual([`POST Bearer of this start ${stop}`, 'GET Bearer of this start '])
    const { body } = await send(origin, '/', { headers: { accept: 'text/html' } })
    expect(body.toString()).toContain('"canStop":true')
    expect(body.toString()).not.toContain('of this start')
  })

  test.each<[string, number, Record<string, string>]>([
    ['Another site', 403, { ...json, origin: 'https://elsewhere.test' }],
    ['A name that was pointed at this machine', 403, { ...json, host: 'elsewhere.test' }],
    ['A form', 415, { 'content-type': 'text/plain' }],
  ])('%s stops nothing', async (_who, status, headers) => {
    expect((await ask(headers)).status).toBe(status)
    expect(asked).toEqual([])
  })

  test('Nothing is stopped outside the demo, nor without a supervisor', async () => {
    for (const options of [
      { built: true, demo: false, supervisor },
      { built: true, demo: true },
    ]) {
      const other = await open(options)
      const { status } = await send(other.origin, '/demo/services', { method: 'POST', headers: json, body: stop })
      expect(status).toBe(404)
    }
    expect(asked).toEqual([])
  })

  test('The page gets an error when the supervisor is gone', async () => {
    const lost = await open({ built: true, demo: true, supervisor: { url: 'http://127.0.0.1:1', token: 'any' } })
    expect((await send(lost.origin, '/demo/services')).status).toBe(503)
  })
})

describe('the live map', () => {
  const read = async (origin: string, headers: Record<string, string>): Promise<number> => {
    const asked = httpRequest(`${origin}/demo/map/events`, { headers, agent: false })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    asked.destroy()
    return answer.statusCode ?? 0
  }

  test('The live map is only for pages of the demo', async () => {
    const { origin } = await open({ built: true, demo: true })
    expect(await read(origin, { 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await read(origin, { 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await read(origin, { host: 'elsewhere.test' })).toBe(403)
    expect(await read((await open({ built: true, demo: false })).origin, {})).toBe(404)
  })
})
