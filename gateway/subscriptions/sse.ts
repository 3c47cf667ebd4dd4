/**
 * Writes a stream of answers as server-sent events (GraphQL over SSE, "distinct connections" mode).
 * Writes no faster than the client reads.
 */
import type { HttpReply, HttpStream } from '../../platform/http/message/message.ts'
import { REQUEST_ID_HEADER } from '../../platform/protocol/signature.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { bytesOf, type Outcome } from '../exchange/outcome.ts'
import { isEventId } from './resume.ts'

const HEARTBEAT = 12_000 // milliseconds; keeps proxies from closing idle connections

const HEADERS = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-store',
  'x-accel-buffering', // proxies must not buffer events
  'no',
]

/** All open streams, which share one timer. */
const beating = new Set<HttpStream>()
let heart: NodeJS.Timeout | undefined

export async function sendEvents(
  { requestId, headers }: Exchange,
  reply: HttpReply,
  outcomes: AsyncIterable<Outcome> | Iterable<Outcome>,
): Promise<void> {
  const all = [REQUEST_ID_HEADER, requestId, ...HEADERS]
  for (const [name, value] of headers) all.push(name, value)
  if (reply.isClosed()) return
  const stream = reply.stream(200, all)
  stream.write(':\n\n')
  beat(stream)
  try {
    for await (const outcome of outcomes) {
      if (stream.isClosed()) return
      await stream.write(eventOf(outcome))
    }
    stream.end('event: complete\ndata:\n\n')
  } catch (error) {
    // Ends without a `complete` event, so that the client sees the failure.
    stream.end('')
    throw error
  } finally {
    beating.delete(stream)
    if (beating.size === 0) clearInterval(heart)
  }
}

function eventOf(outcome: Outcome): string {
  const { cursor } = outcome
  const id = cursor !== undefined && isEventId(cursor) ? `id: ${cursor}\n` : ''
  return `event: next\n${id}data: ${bytesOf(outcome).toString()}\n\n`
}

function beat(stream: HttpStream): void {
  if (beating.size === 0) {
    heart = setInterval(() => {
      for (const one of beating) one.write(':\n\n')
    }, HEARTBEAT).unref()
  }
  beating.add(stream)
}
