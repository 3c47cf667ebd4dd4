/** The HTTP pieces every process shares: bounded bodies, JSON answers, listening and draining. Knows no GraphQL. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

/** A request that cannot be served, with the status it deserves. The message is safe to show to anyone. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
  }
}

const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/**
 * Reads a whole body.
 * @param limit bytes, on the wire and again after decompression
 * @throws HttpError 413 when larger, 415 for an unknown encoding, 400 when it ends early or does not inflate
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): HttpError => new HttpError(413, 'BAD_USER_INPUT', `The body is larger than ${limit} bytes.`)
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > limit) throw tooLarge()
  await undefined
  // A small body has come with its head, and was taken in as soon as whoever looked at the head was done.
  const isHere = length > 0 && request.readableLength === length
  const body = isHere ? (request.read() as Buffer) : await collect(request, limit, tooLarge)
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity') return body
  const decode = decoders.get(encoding)
  if (!decode) throw new HttpError(415, 'BAD_USER_INPUT', `The content encoding is not supported.`)
  try {
    return await decode(body, { maxOutputLength: limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body does not match its content encoding.')
  }
}

/** By events: the async iterator of a request costs a quarter of what a small request costs altogether. */
function collect(request: IncomingMessage, limit: number, tooLarge: () => HttpError): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const keep = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else {
        // What still comes is thrown away, so that the sender can read the refusal.
        request.off('data', keep).resume()
        reject(tooLarge())
      }
    }
    const cut = (): void => {
      if (request.readableEnded) return
      reject(new HttpError(400, 'BAD_USER_INPUT', 'The body ended before it was complete.'))
    }
    request.on('data', keep)
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    request.once('error', cut)
    request.once('close', cut)
    // Of a sender who left before anybody listened no event comes any more.
    if (request.destroyed) cut()
  })
}

/** Answers with JSON and an exact length. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length })
  response.end(body)
}

export interface HttpListener {
  readonly server: Server
  /** Base address with the port that was really taken, for example `http://127.0.0.1:4101`. */
  readonly url: string
  /**
   * Tells kept-alive connections to close, takes no new one, waits for the requests in flight.
   * @param timeout milliseconds after which what is left is cut
   * @param grace goes on serving first, so that whoever sends requests here has time to notice and to go elsewhere
   */
  drain(timeout: number, grace?: Grace): Promise<void>
}

const UNUSED = 500 // milliseconds a new connection has to send its first request once the door is closed

/** When it is time to close the door: after `quiet` milliseconds without a request, or after `longest` in any case. */
export interface Grace {
  readonly quiet: number
  readonly longest: number
}

/**
 * Starts listening. A rejected `handle` is answered with 500 and no detail.
 * @param port 0 takes any free one
 * @throws the listen error (`EADDRINUSE`) unchanged
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
  { host, port }: { host: string; port: number },
): Promise<HttpListener> {
  let draining = false
  let closing = false
  let lastRequest = 0
  /** Open connections, each with the requests it is waiting for answers to. */
  const connections = new Map<Socket, number>()
  const count = (socket: Socket, change: number): void => {
    const requests = connections.get(socket)
    if (requests !== undefined) connections.set(socket, requests + change)
  }
  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, (request, response) => {
    // Whoever only asks how we are is no traffic that could be lost.
    if (!request.url?.startsWith('/health/')) lastRequest = performance.now()
    // A client that keeps its connection would otherwise send its next request into a closed door.
    if (draining) response.setHeader('connection', 'close')
    // One that was in flight when the door was closed would stay open and idle: it ends with its answer.
    count(request.socket, 1)
    response.on('close', () => {
      count(request.socket, -1)
      if (closing) setImmediate(() => server.closeIdleConnections())
    })
    Promise.resolve(handle(request, response)).catch(() => {
      if (!response.headersSent)
        sendJson(response, 500, { errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }] })
      else response.destroy()
    })
  })
  server.on('connection', (socket: Socket) => {
    connections.set(socket, 0)
    socket.once('close', () => connections.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  return {
    server,
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async drain(timeout, grace) {
      draining = true
      const began = performance.now()
      lastRequest = began
      while (grace && performance.now() < began + grace.longest) {
        const left = lastRequest + grace.quiet - performance.now()
        if (left <= 0) break
        await sleep(Math.min(left, began + grace.longest - performance.now()))
      }
      closing = true
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), timeout)
        // Opened in advance, as browsers do, and never used: to Node these are not idle.
        const unused = setTimeout(() => {
          for (const [socket, requests] of connections) if (requests === 0) socket.destroy()
        }, UNUSED)
        server.close(() => {
          clearTimeout(cut)
          clearTimeout(unused)
          resolve()
        })
        server.closeIdleConnections()
      })
    },
  }
}
