/**
 * A public weather API on loopback: answers in the documented format, records every call, and fails
 * as the test says.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubCall {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

export interface StubAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON unless it is a string. */
  readonly body?: unknown
}

/** Replaces the good answer. */
export type Fault = (call: StubCall, response: ServerResponse, well: StubAnswer) => void

export interface Stub {
  readonly url: string
  readonly calls: StubCall[]
  /** Handles all calls while set. */
  fault: Fault | undefined
  /** The maximum number of concurrent calls. */
  readonly mostAtOnce: number
  close(): Promise<void>
}

export async function startStub(answer: (call: StubCall) => StubAnswer): Promise<Stub> {
  const calls: StubCall[] = []
  let underWay = 0
  let mostAtOnce = 0
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stub')
    // A gateway of another suite may still send health requests to a service that had this port.
    if (url.pathname.startsWith('/health/')) return send(response, { status: 404 })
    const call = { path: url.pathname, query: url.searchParams, headers: request.headers }
    calls.push(call)
    mostAtOnce = Math.max(mostAtOnce, ++underWay)
    response.once('close', () => underWay--)
    const well = answer(call)
    if (stub.fault) stub.fault(call, response, well)
    else send(response, well)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: undefined as Fault | undefined,
    get mostAtOnce() {
      return mostAtOnce
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return stub
}

export function send(response: ServerResponse, { status = 200, headers = {}, body }: StubAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body))
}
