/** Stands before an instance, sees every call and its answer, and may change either. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Agent, type Dispatcher, request as send } from 'undici'
import type { Front } from './product.ts'

export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** True if the client has gone. */
  isGone(): boolean
}

export interface CallAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** @param forward hands the call on to the instance */
export type Handle = (call: Call, forward: () => Promise<CallAnswer>) => Promise<CallAnswer>

/** Headers of one connection, which are not forwarded. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length']

/** @param target base address of the instance */
export async function startFront(target: string, handle: Handle): Promise<Front> {
  const connections = new Agent()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers } = request
    const call = { method, path, headers, body: await buffer(request), isGone: () => response.destroyed }
    const { status, headers: given, body } = await handle(call, () => pass(target, call, connections))
    response.writeHead(status, { ...without(given), 'content-length': body.length }).end(body)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await connections.destroy()
    },
  }
}

async function pass(target: string, { method, path, headers, body }: Call, dispatcher: Agent): Promise<CallAnswer> {
  const answer = await send(`${target}${path}`, {
    method: method as Dispatcher.HttpMethod,
    headers: without(headers),
    body: body.length > 0 ? body : null,
    dispatcher,
  })
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
}

const without = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)))
