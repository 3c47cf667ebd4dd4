/** Routes the paths of the public port. Knows no GraphQL. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyRoom } from '../../platform/http/message/body-room.ts'
import type { ClientAddress } from '../../platform/http/message/client-address.ts'
import { HttpError, sendHttpError, sendJson } from '../../platform/http/message/http-error.ts'
import { replyOf, requestOf } from '../../platform/http/message/node-messages.ts'
import { pathOf } from '../../platform/http/message/target.ts'
import type { LifecycleState } from '../../platform/process/lifecycle.ts'
import type { Cors } from '../config/sections/cors.ts'
import type { ServePage } from '../playground/page-file.ts'
import type { AnswerOperation } from './answer.ts'
import { isOperationPath } from './paths.ts'
import { createPreflight } from './policies/cors.ts'
import type { ServeFile } from './service-files.ts'

export interface RouteOptions {
  readonly answerOperation: AnswerOperation
  /** The pages for browsers, by their order. */
  readonly pages: readonly ServePage[]
  readonly serveFile: ServeFile
  readonly cors: Cors
  readonly clientAddress: ClientAddress
  /** For partly received bodies. */
  readonly room: BodyRoom
  readonly state: () => LifecycleState
}

export function createRoutes(options: RouteOptions) {
  const { answerOperation, pages, serveFile, cors, clientAddress, room, state } = options
  const answerPreflight = createPreflight(cors)
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request)
    const isOperation = isOperationPath(path)
    if (answerPreflight(request, response, isOperation)) return
    if (isOperation) return answerOperation(requestOf(request, clientAddress, room), replyOf(response))
    if (path === '/health/live') return sendJson(response, 200, health('live'))
    if (path === '/health/ready') return sendJson(response, state() === 'ready' ? 200 : 503, health(state()))
    for (const serve of [...pages, serveFile]) if (await serve(request, response)) return
    sendHttpError(response, NOT_FOUND)
  }
}

const NOT_FOUND = new HttpError(404, 'BAD_USER_INPUT', 'Nothing is served at this path.')

const health = (status: string) => ({ service: 'gateway', kind: 'stateless', pid: process.pid, status })
