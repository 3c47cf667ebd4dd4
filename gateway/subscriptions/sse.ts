/** Writes a stream of answers as server-sent events (GraphQL over SSE, "distinct connections" mode). A slow client is written to slowly. */
import type { ServerResponse } from 'node:http'
import { REQUEST_ID_HEADER } from '../protocol/signature.ts'
import type { Exchange } from '../request/exchange.ts'
import type { Outcome } from '../request/host.ts'
import { textOf } from '../request/respond.ts'

const HEARTBEAT = 12_000 // milliseconds; keeps proxies from closing what looks idle

/** Every open stream; one timer beats for all. */
const beating = new Set<ServerResponse>()
let heart: NodeJS.Timeout | undefined

export async function sendEvents(
  { requestId, headers }: Exchange,
  response: ServerResponse,
  outcomes: AsyncIterable<Outcome> | Iterable<Outcome>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // proxies must not collect events
    [REQUEST_ID_HEADER]: requestId,
    ...Object.fromEntries(headers),
  })
  response.write(':\n\n')
  beat(response)
  try {
    for await (const outcome of outcomes) {
      if (response.destroyed) return
      if (!response.write(`event: next\ndata: ${textOf(outcome)}\n\n`)) await drained(response)
    }
    response.end('event: complete\ndata:\n\n')
  } finally {
    beating.delete(response)
    if (beating.size === 0) clearInterval(heart)
  }
}

function beat(response: ServerResponse): void {
  if (beating.size === 0) {
    heart = setInterval(() => {
      for (const one of beating) one.write(':\n\n')
    }, HEARTBEAT).unref()
  }
  beating.add(response)
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
