/**
 * The routes of the admin port, for operators on this machine: services, metrics, purge and reload.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, parseJson, sendJson } from '../../platform/http/message/http-error.ts'
import { METRICS_TYPE } from '../../platform/process/prometheus.ts'
import { SupergraphRefused } from '../edition/editions.ts'
import type { AdminCommands } from './commands.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const MAX_BODY = 16 * 1024 * 1024 // bytes; supergraphs are large

export function createAdminRoutes(commands: AdminCommands): Answer {
  const routes: Readonly<Record<string, Answer>> = {
    'GET /services': async (_request, response) => sendJson(response, 200, await commands.services()),
    'GET /metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': METRICS_TYPE }).end(await commands.metrics())
    },
    'POST /purge': async (request, response) => {
      const { tags } = purge.parse(parseJson((await readBody(request, MAX_BODY)).toString('utf8')))
      await commands.purge(tags)
      sendJson(response, 200, { purged: tags })
    },
    'POST /supergraph': async (request, response) => {
      const supergraph = (await readBody(request, MAX_BODY)).toString('utf8')
      sendJson(response, 200, { id: await commands.replaceSupergraph(supergraph) })
    },
  }
  return async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const answer = routes[`${request.method} ${path}`]
    if (!answer) return sendJson(response, 404, { error: `Not found. There are ${Object.keys(routes).join(', ')}.` })
    try {
      requireOperator(request)
      await answer(request, response)
    } catch (error) {
      if (error instanceof HttpError) sendJson(response, error.status, { error: error.message }, error.headers)
      else if (error instanceof SupergraphRefused) sendJson(response, 422, { error: error.message })
      else if (error instanceof z.ZodError) sendJson(response, 400, { error: z.prettifyError(error) })
      else throw error
    }
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * Programs on this machine are operators; web pages in a browser on it are not. Refuses requests of
 * pages, and host names that were pointed at this address (DNS rebinding).
 * @throws HttpError 403
 */
function requireOperator({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  const isPage = headers.origin !== undefined || (site !== undefined && site !== 'none')
  if (isPage || !LOOPBACK.test(headers.host ?? ''))
    throw new HttpError(403, 'FORBIDDEN', 'This port is for operators on this machine.')
}

/** `{"tags": ["weather", "City", "City:2267057"]}`: services, types or single entities. */
const purge = z.object({ tags: z.array(z.string().min(1).max(256)).min(1).max(1_000) })
