/** A bare HTTP server on loopback with answers from the test, and traffic to it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import type { ClientRules } from '../../gateway/headers/to-client.ts'
import { createMemoryStore } from '../../gateway/traffic/cache/memory.ts'
import type { AnswerStore } from '../../gateway/traffic/cache/store.ts'
import type { ServiceDefinition } from '../../gateway/traffic/call/kind.ts'
import type { CallContext, Freshness, RequestBody, ServiceCall } from '../../gateway/traffic/call/send.ts'
import { createTrafficMetrics } from '../../gateway/traffic/metrics.ts'
import { createTraffic, type Traffic } from '../../gateway/traffic/traffic.ts'
import type { Logger } from '../../platform/process/log.ts'
import { callContext } from './call-context.ts'
import { log as silent } from './log.ts'

export interface Received {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: string
  /** Position among all requests, from 1. */
  readonly count: number
}

export interface Upstream {
  readonly url: string
  /** Bodies, the oldest first. */
  readonly bodies: string[]
  answer: (received: Received) => unknown
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>
  /** Listens again, at the same address. */
  start(): Promise<void>
}

/**
 * @param answer an object is sent as JSON; a function that has answered itself returns `undefined`
 */
export async function startUpstream(answer: Upstream['answer']): Promise<Upstream> {
  let port = 0
  let server: Server
  const upstream: Upstream = {
    url: '',
    bodies: [],
    answer,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    async start() {
      server = createServer((request, response) => void receive(request, response))
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      port = (server.address() as AddressInfo).port
    },
  }
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const value = await upstream.answer({ request, response, body, count: upstream.bodies.push(body) })
    if (value === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
  await upstream.start()
  return Object.assign(upstream, { url: `http://127.0.0.1:${port}` })
}

interface TestTraffic {
  readonly store?: AnswerStore
  readonly log?: Logger
  /** True: calls are signed. */
  readonly ownServices?: boolean
  readonly clientRules?: ClientRules | undefined
}

/** Traffic to one service at these addresses. */
export function trafficTo(
  definition: ServiceDefinition,
  addresses: readonly string[],
  { store, log, ownServices = false, clientRules }: TestTraffic = {},
): Traffic {
  return createTraffic({
    services: [{ definition, addresses }],
    secret: ownServices ? 'the secret of the tests' : undefined,
    ownServices,
    store: store ?? createMemoryStore(10_000_000),
    metrics: createTrafficMetrics(new Registry()),
    clientRules,
    log: log ?? silent,
  })
}

/** A request for entities, as the engine writes it. */
export function entityBody(head: string, representations: readonly string[], tail: string): RequestBody {
  const places: number[] = []
  let at = Buffer.byteLength(head)
  for (const representation of representations) {
    places.push(at, at + Buffer.byteLength(representation))
    at += Buffer.byteLength(representation) + 1
  }
  return { bytes: Buffer.from(head + representations.join(',') + tail), representations: places }
}

/** A call as the engine makes it. @param body text of a call that asks for more than entities */
export function callOf(
  service: string,
  body: string | RequestBody,
  context: Partial<CallContext> = {},
  operation: ServiceCall['operation'] = 'query',
): ServiceCall {
  return {
    service,
    operation,
    body: typeof body === 'string' ? { bytes: Buffer.from(body), representations: undefined } : body,
    context: { ...callContext, ...context },
  }
}

/** Collects what a call reports to its context. */
export function observer(): { readonly seen: Freshness[]; observe(freshness: Freshness): void } {
  const seen: Freshness[] = []
  return { seen, observe: (freshness) => void seen.push(freshness) }
}
