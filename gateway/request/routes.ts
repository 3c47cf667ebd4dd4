/** Which path leads where on the public port. Knows no GraphQL. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientAddress } from '../http/client-address.ts'
import { replyOf, requestOf } from '../http/node-messages.ts'
import type { ServePlayground } from '../playground/serve.ts'
import { sendJson } from '../process/http.ts'
import type { LifecycleState } from '../process/lifecycle.ts'
import { answerPreflight } from './cors.ts'
import type { ServeFile } from './files.ts'
import type { AnswerOperation } from './operations.ts'

export interface RouteOptions {
  readonly answerOperation: AnswerOperation
  readonly servePlayground: ServePlayground
  readonly serveFile: ServeFile
  readonly corsOrigins: readonly string[]
  readonly clientAddress: ClientAddress
  readonly state: () => LifecycleState
}

export function createRoutes(options: RouteOptions) {
  const { answerOperation, servePlayground, serveFile, corsOrigins, clientAddress, state } = options
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (path === '/graphql') {
      if (!answerPreflight(request, response, corsOrigins))
        await answerOperation(requestOf(request, clientAddress), replyOf(response))
    } else if (path === '/health/live') sendJson(response, 200, health('live'))
    else if (path === '/health/ready') sendJson(response, state() === 'ready' ? 200 : 503, health(state()))
    else if (!((await servePlayground(request, response)) || (await serveFile(request, response)))) {
      const error = { message: 'There is nothing here.', extensions: { code: 'BAD_USER_INPUT' } }
      sendJson(response, 404, { errors: [error] })
    }
  }
}

const health = (status: string) => ({ service: 'gateway', kind: 'stateless', pid: process.pid, status })
