/** Answers as server-sent events (GraphQL over SSE, "distinct connections" mode). */
import { bytesOf, type Outcome } from '../exchange/outcome.ts'
import type { EventFormat } from './event-format.ts'
import { isEventId } from './resume.ts'

function next(outcome: Outcome): string {
  const { cursor } = outcome
  const id = cursor !== undefined && isEventId(cursor) ? `id: ${cursor}\n` : ''
  return `event: next\n${id}data: ${bytesOf(outcome).toString()}\n\n`
}

export const sse: EventFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  beat: 12_000,
  next,
  failure: next,
  end: 'event: complete\ndata:\n\n',
}
