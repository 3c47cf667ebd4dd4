/** The admin port, for operators on this machine only: what is running, and how it does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../process/http.ts'
import type { Traffic } from '../traffic/traffic.ts'

export function createAdminRoutes({ traffic }: { traffic: Traffic }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    if (request.method === 'GET' && path === '/services') sendJson(response, 200, traffic.status())
    else sendJson(response, 404, { error: 'There is nothing here.' })
  }
}
