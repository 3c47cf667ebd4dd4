import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { startGateway } from '../../../gateway/gateway.ts'
import { credentialsOf } from '../../../gateway/request/policies/authenticate.ts'
import { createFiles } from '../../../gateway/request/service-files.ts'
import { stateful } from '../../../gateway/traffic/call/kind.ts'
import { SIGNATURE_HEADER, verifySignature } from '../../../platform/protocol/signature.ts'
import { newFolder } from '../../support/folder.ts'
import { log } from '../../support/log.ts'
import { nowhere } from '../../support/nowhere.ts'
import { startUpstream, trafficTo } from '../../support/upstream.ts'

const GATEWAY_SECRET = 'a secret of sixteen'

test('Files follow the rules of their service, and no cache keeps one that a caller was named for', async () => {
  const seen: Record<string, unknown>[] = []
  const content = await startUpstream(({ request, response }) => {
    if (request.url?.startsWith('/health')) return { pid: 1 }
    seen.push(request.headers)
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'public, max-age=60' }).end('a')
    return undefined
  })
  const folder = await newFolder()
  const config = await readConfig({
    PORT: '0',
    DATA_DIR: folder,
    GATEWAY_SECRET,
    ...nowhere,
    CONTENT_URL: content.url,
    SERVICES_CONTENT_HEADERS: JSON.stringify([{ forward: ['authorization', 'x-tenant'] }]),
    HEADERS_SERVICES: JSON.stringify([{ insert: 'x-gateway', value: 'shop' }]),
  })
  const gateway = await startGateway(config, log)
  try {
    const path = '/assets/abc-picture.png'
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const headers = { authorization: 'Bearer x', 'x-tenant': 'a', cookie: 'c=1', 'x-request-id': 'pic-1', traceparent }
    const response = await fetch(`${gateway.url}${path}`, { headers })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const [sent = {}] = seen
    expect(sent).toMatchObject({ authorization: 'Bearer x', 'x-tenant': 'a', 'x-gateway': 'shop', traceparent })
    expect(sent).not.toHaveProperty('cookie')
    const signed = {
      method: 'GET',
      path,
      body: '',
      authorization: 'Bearer x',
      perspective: undefined,
      requestId: 'pic-1',
    }
    expect(verifySignature(GATEWAY_SECRET, signed, String(sent[SIGNATURE_HEADER]))).toBe(true)
  } finally {
    await gateway.stop()
    await content.stop()
  }
})

test.each<[string, Record<string, string>, string | undefined]>([
  ['its cookie', { cookie: 'c=1; session=a', 'sec-fetch-site': 'same-origin' }, 'Bearer a'],
  ['the cookie, sent by a page of another site', { cookie: 'session=a', 'sec-fetch-site': 'cross-site' }, undefined],
  ['its own header', { 'x-session': 'b', authorization: 'Basic proxy' }, 'Bearer b'],
])('A rule forwards the token of a file request from %s', async (_where, headers, authorization) => {
  const seen: unknown[] = []
  const bank = await startUpstream(({ request }) => {
    seen.push(request.headers.authorization)
    return {}
  })
  const policies = credentialsOf({
    issuers: [],
    required: false,
    token: { header: { name: 'x-session', scheme: '' }, cookie: { name: 'session' } },
  })
  const definition = stateful('bank', { paths: ['/files/'], headers: [{ forward: 'authorization' }] })
  const traffic = trafficTo(definition, [bank.url])
  const serve = createFiles({
    editions: { hold: () => ({ edition: { traffic }, release: () => undefined }) } as never,
    cors: { origins: [], credentials: false } as never,
    credentialsOf: policies,
    clientAddress: () => undefined,
    limits: { filesPerAddress: 10 },
    measuring: undefined,
    reportLimit: () => undefined,
    fileCounts: new Map(),
  })
  const gateway = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  try {
    await (await fetch(`http://127.0.0.1:${port}/files/a`, { headers })).text()
    expect(seen).toEqual([authorization])
  } finally {
    gateway.close()
    await traffic.close()
    await bank.stop()
  }
})
