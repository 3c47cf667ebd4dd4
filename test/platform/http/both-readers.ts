/**
 * A listener with a fast path whose answers name the reader of the request and what it read, and
 * clients that write raw bytes.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createFastPath } from '../../../platform/http/fast-path/fast-path.ts'
import { readBody } from '../../../platform/http/message/body.ts'
import { sendJson } from '../../../platform/http/message/http-error.ts'
import type { HttpReply, HttpRequest } from '../../../platform/http/message/message.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'

export interface Taken {
  readonly by: 'fast path' | 'node'
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

type Handle = Parameters<typeof listen>[0]
type Answer = (request: HttpRequest, reply: HttpReply) => Promise<void>

const LIMIT = 1_000_000 // bytes
const JSON_TYPE = ['content-type', 'application/json']

export const tell: Answer = async ({ method, url, headers, readText }, reply) => {
  const taken: Taken = { by: 'fast path', method, url, headers, body: await readText(LIMIT) }
  reply.send(200, JSON_TYPE, Buffer.from(JSON.stringify(taken)))
}

const anywhere = { host: '127.0.0.1', port: 0 }

const byNode = async (...[request, response]: Parameters<Parameters<typeof listen>[0]>): Promise<void> => {
  const { method = '', url = '', headers } = request
  const taken: Taken = { by: 'node', method, url, headers, body: (await readBody(request, LIMIT)).toString() }
  sendJson(response, 200, taken)
}

/** @param keepAlive milliseconds */
export const listenWithFastPath = (answer: Answer = tell, keepAlive?: number): Promise<HttpListener> =>
  listen(byNode, { ...anywhere, fastPath: createFastPath({ answer, ...(keepAlive !== undefined && { keepAlive }) }) })

/** @param idle milliseconds */
export const listenByNode = (handle: Handle = byNode, idle?: number): Promise<HttpListener> =>
  listen(handle, { ...anywhere, ...(idle !== undefined && { bounds: { idle } }) })

export async function dial({ url }: HttpListener): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  return socket.setNoDelay(true)
}

interface Received {
  readonly status: number
  /** In lower case. */
  readonly head: string
  readonly body: string
}

/** Complete answers with a content-length, in order; ends with the connection. */
export async function* answersOn(socket: Socket): AsyncGenerator<Received, void, undefined> {
  let pieces: Buffer[] = []
  let received = 0
  /** Bytes up to the end of the current answer, as far as known. */
  let needed = 0
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    pieces.push(piece as Buffer)
    received += (piece as Buffer).length
    // Joining at each piece would copy a large answer hundreds of times.
    if (received < needed) continue
    let rest = Buffer.concat(pieces)
    for (;;) {
      needed = 0
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) break
      const head = rest.toString('latin1', 0, end).toLowerCase()
      needed = end + 4 + Number(/^content-length: (\d+)$/m.exec(head)?.[1] ?? 0)
      if (rest.length < needed) break
      yield { status: Number(head.slice(9, 12)), head, body: rest.toString('utf8', end + 4, needed) }
      rest = rest.subarray(needed)
    }
    pieces = [rest]
    received = rest.length
  }
}

/** The next answer of a connection. @throws if the connection ends first */
export async function nextOf(answers: AsyncGenerator<Received, void, undefined>): Promise<Received> {
  const { value } = await answers.next()
  if (!value) throw new Error('The connection ended without an answer.')
  return value
}

export const takenIn = ({ body }: Pick<Received, 'body'>): Taken => JSON.parse(body) as Taken

/** The bytes of a request. */
export const post = (body: string, lines: readonly string[] = []): string =>
  ['POST /graphql HTTP/1.1', 'host: here', ...lines, `content-length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n',
  )
