import { once } from 'node:events'
import { connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readBody } from '../../../../platform/http/message/body.ts'
import { HttpError, sendJson } from '../../../../platform/http/message/http-error.ts'
import { type HttpListener, listen } from '../../../../platform/http/server/listen.ts'

const LIMIT = 1_000 // bytes

let listener: HttpListener
/** Outcomes of requests whose senders disconnected, by path. */
const abandoned = new Map(['/half', '/left'].map((path) => [path, Promise.withResolvers<unknown>()]))
beforeAll(async () => {
  listener = await listen(
    async (request, response) => {
      try {
        if (request.url === '/left') await new Promise((resolve) => request.once('close', resolve))
        const body = await readBody(request, LIMIT)
        sendJson(response, 200, { text: body.toString('utf8') })
      } catch (error) {
        if (!(error instanceof HttpError)) throw error
        if (request.url !== '/') abandoned.get(request.url ?? '')?.resolve(error)
        sendJson(response, error.status, { code: error.code })
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
})
afterAll(() => listener.drain(0))

const post = async (body: RequestInit['body'], encoding?: string): Promise<[number, unknown]> => {
  const headers: Record<string, string> = encoding === undefined ? {} : { 'content-encoding': encoding }
  const response = await fetch(listener.url, { method: 'POST', body: body ?? null, headers, ...{ duplex: 'half' } })
  return [response.status, await response.json()]
}

/** Text in pieces, without a content-length. */
const chunked = (...pieces: string[]): ReadableStream<Uint8Array> =>
  ReadableStream.from(pieces).pipeThrough(new TextEncoderStream())

describe('request body', () => {
  test.each([
    ['whole', 'né'],
    ['empty', ''],
    ['as long as the limit', 'x'.repeat(LIMIT)],
  ])('A body that is %s is read', async (_kind, text) => {
    expect(await post(text)).toEqual([200, { text }])
  })

  test('A body in pieces is joined', async () => {
    expect(await post(chunked('on', 'e by', ' one'))).toEqual([200, { text: 'one by one' }])
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('A body in %s is decompressed', async (encoding, compress) => {
    expect(await post(compress('compressed'), encoding)).toEqual([200, { text: 'compressed' }])
  })

  test('A body over the limit is refused with a reason, whether it declares its length or not', async () => {
    const refusal = [413, { code: 'BAD_USER_INPUT' }]
    expect(await post('x'.repeat(LIMIT + 1))).toEqual(refusal)
    expect(await post(chunked('x'.repeat(LIMIT), 'x', 'x'.repeat(50_000)))).toEqual(refusal)
    expect(await post(gzipSync('x'.repeat(LIMIT + 1)), 'gzip')).toEqual(refusal)
  })

  test('A body over the limit is refused while it is still being sent', async () => {
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
    const chunk = `${(LIMIT + 1).toString(16)}\r\n${'x'.repeat(LIMIT + 1)}\r\n`
    socket.write(`POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`)
    const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')])
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /)
    socket.destroy()
  })

  test('A body in an unknown encoding, or in another than declared, is refused', async () => {
    expect(await post('text', 'compress')).toEqual([415, { code: 'BAD_USER_INPUT' }])
    expect(await post('text', 'gzip')).toEqual([400, { code: 'BAD_USER_INPUT' }])
  })

  test.each(['/half', '/left'])(
    'A body that ends too early is a client error, and does not hang (%s)',
    async (path) => {
      const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
      socket.write(`POST ${path} HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\nhalf`)
      await once(listener.server, 'request')
      socket.destroy()
      expect(await abandoned.get(path)?.promise).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
    },
  )
})
