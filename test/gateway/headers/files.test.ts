import { expect, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { startGateway } from '../../../gateway/gateway.ts'
import { SIGNATURE_HEADER, verifySignature } from '../../../platform/protocol/signature.ts'
import { newFolder } from '../../support/folder.ts'
import { log } from '../../support/log.ts'
import { nowhere } from '../../support/nowhere.ts'
import { startUpstream } from '../../support/upstream.ts'

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
