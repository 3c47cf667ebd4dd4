/** The routes of the admin port, for operators: health, services, metrics, purge and reload. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from '../../platform/http/message/body.ts'
import { HttpError, parseJson, sendJson } from '../../platform/http/message/http-error.ts'
import { METRICS_TYPE } from '../../platform/process/prometheus.ts'
import type { AdminSettings } from '../config/sections/admin.ts'
import type { MapFeed } from '../map/feed.ts'
import { createAdmission } from './access.ts'
import type { AdminCommands } from './commands.ts'
import { createMapPage } from './page.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const MAX_BODY = 16 * 1024 * 1024 // bytes; supergraphs are large

/** Routes for scrapers and orchestrators, which need no token. */
const OPEN: ReadonlySet<string> = new Set(['GET /metrics', 'GET /health/live', 'GET /health/ready'])

/** Routes that the map's page reads from its own origin. */
const OF_PAGE: ReadonlySet<string> = new Set(['GET /map', 'GET /map/events'])

export function createAdminRoutes(commands: AdminCommands, feed: MapFeed, settings: AdminSettings): Answer {
  const admit = createAdmission(settings)
  const page = createMapPage()
  const routes: Readonly<Record<string, Answer>> = {
    'GET /health/live': async (_request, response) => sendJson(response, 200, { status: 'live' }),
    'GET /health/ready': async (_request, response) => {
      const status = commands.state()
      sendJson(response, status === 'ready' ? 200 : 503, { status })
    },
    'GET /services': async (_request, response) => sendJson(response, 200, await commands.services()),
    'GET /metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': METRICS_TYPE }).end(await commands.metrics())
    },
    'GET /map': async (_request, response) => sendJson(response, 200, await commands.map()),
    'GET /map/events': async (_request, response) => feed.send(response),
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
    const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}` // Node sends no body for HEAD
    try {
      const isPage = page.owns(route)
      admit(
        request,
        isPage || OPEN.has(route) ? 'all' : 'operators',
        isPage ? 'all' : OF_PAGE.has(route) ? 'own' : 'none',
      )
      if (isPage && (await page.send(path, request, response))) return
      const answer = Object.hasOwn(routes, route) ? routes[route] : undefined
      if (!answer)
        throw new HttpError(404, 'BAD_USER_INPUT', `Not found. There are GET /, ${Object.keys(routes).join(', ')}.`)
      await answer(request, response)
    } catch (error) {
      if (error instanceof HttpError) sendJson(response, error.status, { error: error.message }, error.headers)
      else if (error instanceof z.ZodError) sendJson(response, 400, { error: z.prettifyError(error) })
      else throw error
    }
  }
}

/** `{"tags": ["weather", "City", "City:2267057"]}`: services, types or single entities. */
const purge = z.object({ tags: z.array(z.string().min(1).max(256)).min(1).max(1_000) })
