/**
 * A proxy between one gateway and the services that counts their requests. It changes none, but
 * signs those to the product's own services, which require it.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { readBody } from '../../platform/http/message/body.ts'
import { listen } from '../../platform/http/server/listen.ts'
import { PERSPECTIVE_HEADER, REQUEST_ID_HEADER, SIGNATURE_HEADER, sign } from '../../platform/protocol/signature.ts'

export interface CountingProxy {
  /** The address of each service for the gateway. */
  readonly addresses: ReadonlyMap<string, string>
  /** Requests since the last call, by service; services without requests are missing. */
  takeCounts(): ReadonlyMap<string, number>
  close(): Promise<void>
}

const MOST_BYTES = 64 * 1024 * 1024

/** Headers of one connection, not of the request. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect', 'te'])

/**
 * @param services addresses by name
 * @param secret that the product's own services share with their gateway
 */
export async function startCountingProxy(
  services: ReadonlyMap<string, string>,
  secret: string | undefined,
): Promise<CountingProxy> {
  const names = [...services.keys()]
  let counts = new Map<string, number>()
  const listener = await listen(
    async (request, response) => {
      const name = names[Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1])]
      const target = name === undefined ? undefined : services.get(name)
      if (name === undefined || target === undefined) return void response.writeHead(404).end()
      const body = await readBody(request, MOST_BYTES)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      const headers = onward(request.headers)
      if (secret !== undefined) signed(secret, target, headers, body)
      try {
        const answer = await fetch(target, { method: 'POST', headers, body: new Uint8Array(body) })
        const bytes = Buffer.from(await answer.arrayBuffer())
        const type = answer.headers.get('content-type') ?? 'application/json'
        response.writeHead(answer.status, { 'content-type': type, 'content-length': bytes.length }).end(bytes)
      } catch {
        // Fails as a direct call to the service would.
        request.socket.destroy()
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
  return {
    addresses: new Map(names.map((name, at) => [name, `${listener.url}/${at}`])),
    takeCounts() {
      const taken = counts
      counts = new Map()
      return taken
    },
    close: () => listener.drain(0),
  }
}

function onward(given: IncomingHttpHeaders): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && !HOP_BY_HOP.has(name) && name !== 'content-encoding') headers.set(name, String(value))
  return headers
}

function signed(secret: string, target: string, headers: Headers, body: Buffer): void {
  const requestId = headers.get(REQUEST_ID_HEADER) ?? randomUUID()
  const perspective = 'published'
  headers.set(REQUEST_ID_HEADER, requestId)
  headers.set(PERSPECTIVE_HEADER, perspective)
  const { pathname, search } = new URL(target)
  const authorization = headers.get('authorization') ?? undefined
  const request = { method: 'POST', path: pathname + search, body, authorization, perspective, requestId }
  headers.set(SIGNATURE_HEADER, sign(secret, request))
}
