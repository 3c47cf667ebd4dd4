/**
 * Sends the live map once a second to all followers: read once for all of them, and not at all
 * without any.
 */
import type { ServerResponse } from 'node:http'
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { LiveMap } from './page/live-map.ts'

export interface MapFeed {
  /**
   * Follows the map by server-sent events until the client leaves or the feed ends.
   * @throws HttpError 503 if too many follow already
   */
  send(response: ServerResponse): void
  /** Ends all streams, for good. */
  close(): void
}

const INTERVAL = 1_000 // milliseconds
const MOST_FOLLOWERS = 32
const RETRY_AFTER = 10 // seconds

/** @param read a failed one is left out @param interval milliseconds */
export function createFeed(read: () => Promise<LiveMap>, interval = INTERVAL): MapFeed {
  const followers = new Set<ServerResponse>()
  let timer: NodeJS.Timeout | undefined
  /** The last event, for new followers. */
  let last: string | undefined
  let isReading = false
  let isClosed = false

  const tell = async (): Promise<void> => {
    if (isReading) return
    isReading = true
    try {
      const event = `data: ${JSON.stringify(await read())}\n\n`
      if (timer) last = event
      // A slow client misses events; none is buffered for it.
      for (const response of followers) if (!response.writableNeedDrain) response.write(event)
    } catch {
      // the next second may succeed
    } finally {
      isReading = false
    }
  }
  const leave = (response: ServerResponse): void => {
    followers.delete(response)
    if (followers.size > 0) return
    clearInterval(timer)
    timer = undefined
    last = undefined
  }

  return {
    send(response) {
      if (isClosed || followers.size >= MOST_FOLLOWERS)
        throw new HttpError(503, 'SERVICE_UNAVAILABLE', `At most ${MOST_FOLLOWERS} follow the map at a time.`, {
          'retry-after': String(RETRY_AFTER),
        })
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      if (response.req.method === 'HEAD') return void response.end()
      response.flushHeaders()
      followers.add(response)
      response.once('close', () => leave(response))
      if (last !== undefined) response.write(last)
      if (timer) return
      timer = setInterval(() => void tell(), interval)
      void tell()
    },
    close() {
      isClosed = true
      for (const response of followers) response.end()
    },
  }
}
