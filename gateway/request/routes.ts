/** Routes the paths of the public port. Knows no GraphQL. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyRoom } from '../../platform/http/message/body-room.ts'
import type { ClientAddress } from '../../platform/http/message/client-address.ts'
import { sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { replyOf, requestOf } from '../../platform/http/message/node-messages.ts'
import { pathOf } from '../../platform/http/message/target.ts'
import type { LifecycleState } from '../../platform/process/lifecycle.ts'
import type { Cors } from '../config/sections/cors.ts'
import type { ServePage } from '../playground/page-file.ts'
import type { Endpoints } from './endpoints.ts'
import { NOT_FOUND } from './not-found.ts'
import { createPreflight } from './policies/cors.ts'
import { namesOperation } from './policies/parameters.ts'
import type { ServeFile } from './service-files.ts'

interface RouteOptions {
  readonly endpoints: Endpoints
  /** The pages for browsers, in order of precedence. */
  readonly pages: readonly ServePage[]
  readonly serveFile: ServeFile
  readonly cors: Cors
  readonly clientAddress: ClientAddress
  /** For partly received bodies. */
  readonly room: BodyRoom
  readonly state: () => LifecycleState
}

export function createRoutes(options: RouteOptions) {
  const { endpoints, pages, serveFile, cors, clientAddress, room, state } = options
  const files = [...pages, serveFile]
  const answerPreflight = createPreflight(cors)
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request)
    const endpoint = endpoints.at(path)
    if (answerPreflight(request, response, endpoint !== undefined)) return
    if (endpoint && isVisit(request)) for (const serve of pages) if (await serve(request, response)) return
    if (endpoint) return endpoint.answer(requestOf(request, clientAddress, room), replyOf(response))
    if (path === '/health/live') return sendJson(response, 200, health('live'))
    if (path === '/health/ready') return sendJson(response, state() === 'ready' ? 200 : 503, health(state()))
    for (const serve of files) if (await serve(request, response)) return
    sendHttpError(response, NOT_FOUND)
  }
}

/**
 * True for a browser that opens the path of a contract variant, which may have a page. A return
 * from a sign-in has a query string, but names no operation.
 */
const isVisit = ({ method, url = '', headers: { accept } }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && (accept?.includes('text/html') ?? false) && !namesOperation(url)

const health = (status: string) => ({ service: 'gateway', kind: 'stateless', pid: process.pid, status })
