/**
 * Answers as the parts of one `multipart/mixed` body, as Apollo's clients read subscriptions by
 * HTTP (`subscriptionSpec=1.0`).
 */
import { BOUNDARY, END, multipartType, partOf } from '../../platform/http/message/multipart.ts'
import { bytesOf } from '../exchange/outcome.ts'
import type { EventFormat } from './event-format.ts'

const HEARTBEAT = partOf('{}')

export const multipart: EventFormat = {
  contentType: multipartType('subscriptionSpec=1.0'),
  opening: BOUNDARY + HEARTBEAT,
  heartbeat: HEARTBEAT,
  beat: 5_000, // as Apollo Router: HTTP clients of phones give up on a silence of ten seconds
  next: (outcome) => partOf(`{"payload":${bytesOf(outcome).toString()}}`),
  failure: ({ errors }) => partOf(JSON.stringify({ payload: null, errors })),
  end: END,
}
