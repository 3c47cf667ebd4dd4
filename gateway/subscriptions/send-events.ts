/**
 * Writes answers to a client as a stream, in the format that it accepts, and no faster than it
 * reads.
 */
import type { HttpReply, HttpStream } from '../../platform/http/message/message.ts'
import type { EventFormatName, Exchange } from '../exchange/exchange.ts'
import type { Events, Outcome } from '../exchange/outcome.ts'
import { streamHead } from '../exchange/stream-head.ts'
import type { EventFormat } from './event-format.ts'
import { multipart } from './multipart.ts'
import { sse } from './sse.ts'

const FORMATS: Readonly<Record<EventFormatName, EventFormat>> = { sse, multipart }

/** @param outcomes of a stream, or the only answer or refusal of another operation */
export async function sendEvents(
  exchange: Exchange,
  reply: HttpReply,
  outcomes: Events | readonly [Outcome],
): Promise<void> {
  if (reply.isClosed()) return
  const { events = 'sse' } = exchange.accepts
  const format = FORMATS[events]
  const stream = reply.stream(200, streamHead(exchange, format.contentType))
  stream.write(format.opening)
  const rest = beat(stream, format)
  try {
    for await (const outcome of outcomes) {
      if (stream.isClosed()) return
      // In a stream only the failure that ends it has no body.
      const hasFailed = outcome.body === undefined && !Array.isArray(outcomes)
      await stream.write(hasFailed ? format.failure(outcome) : format.next(outcome))
    }
    if (!stream.isClosed()) stream.end(format.end)
  } catch (error) {
    stream.end('') // without its end, so that the client sees the failure
    throw error
  } finally {
    rest()
  }
}

interface Heart {
  readonly streams: Set<HttpStream>
  timer: NodeJS.Timeout | undefined
}

/** All open streams of a format share one timer. */
const hearts = new Map<EventFormat, Heart>()

/** Sends heartbeats until the returned function is called. */
function beat(stream: HttpStream, format: EventFormat): () => void {
  const heart = hearts.get(format) ?? { streams: new Set(), timer: undefined }
  hearts.set(format, heart)
  const { streams } = heart
  heart.timer ??= setInterval(() => {
    for (const one of streams) one.write(format.heartbeat)
  }, format.beat).unref()
  streams.add(stream)
  return () => {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(heart.timer)
    heart.timer = undefined
  }
}
