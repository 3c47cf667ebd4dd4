/** A proxy on loopback that cuts connections at the worst moment on request. */
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type Cut = 'before the request' | 'in the middle of the answer' | 'after the answer'

export interface CuttingProxy {
  readonly url: string
  /** Operations received, cut ones included. */
  readonly requests: number
  /** Cuts the next operations, by default one. Health requests pass. */
  cutNext(cut: Cut, count?: number): void
  close(): Promise<void>
}

/** @param target base address of the real server */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  let requests = 0
  let next: { readonly cut: Cut; readonly count: number } = { cut: 'before the request', count: 0 }
  const takeCut = (): Cut | undefined => {
    requests += 1
    const { cut, count } = next
    next = { cut, count: Math.max(0, count - 1) }
    return count > 0 ? cut : undefined
  }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const cut = request.method === 'POST' ? takeCut() : undefined
    const body = await buffer(request)
    if (cut === 'before the request') return void request.socket.destroy()
    const answer = await pass(`${target}${request.url}`, request, body)
    // The service has done its work, but its answer is cut off.
    if (cut === 'after the answer') return void request.socket.destroy()
    response.writeHead(answer.status, answer.headers)
    if (cut === undefined) return void response.end(answer.body)
    response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy())
  }
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    cutNext(cut, count = 1) {
      next = { cut, count }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const pass = (url: string, { method, headers }: IncomingMessage, body: Buffer) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const onward = forward(url, { method: method ?? 'POST', headers }, (answer) => {
      const { statusCode: status = 502, headers: received } = answer
      buffer(answer).then((whole) => resolve({ status, headers: received, body: whole }), reject)
    })
    onward.once('error', reject)
    onward.end(body)
  })
