/** `GET /demo/map/events`: the live map, for this origin's pages. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpError, sendHttpError } from '../../platform/http/message/http-error.ts'
import type { MapFeed } from '../map/feed.ts'
import { requireSameOrigin } from './same-origin.ts'

/** @param host the gateway's `HOST` */
export function sendDemoMap(feed: MapFeed, host: string, request: IncomingMessage, response: ServerResponse): void {
  try {
    requireSameOrigin(request, host)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new HttpError(405, 'BAD_USER_INPUT', 'The map is read with GET.', { allow: 'GET, HEAD' })
    feed.send(response)
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    sendHttpError(response, error)
  }
}
