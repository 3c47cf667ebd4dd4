/**
 * Answers as the parts of one `multipart/mixed` body, as Apollo's clients read subscriptions by
 * HTTP (`subscriptionSpec=1.0`). Readers take a part only once its boundary has come, so each part
 * is sent with the boundary behind it.
 */
import { bytesOf } from '../exchange/outcome.ts'
import type { EventFormat } from './event-format.ts'

const BOUNDARY = '\r\n--graphql'

const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}${BOUNDARY}`

const HEARTBEAT = part('{}')

export const multipart: EventFormat = {
  // Apollo iOS compares the parameter as a text: it must have no quotes.
  headers: ['content-type', 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'],
  opening: BOUNDARY + HEARTBEAT,
  heartbeat: HEARTBEAT,
  beat: 5_000, // as Apollo Router: HTTP clients of phones give up on a silence of ten seconds
  next: (outcome) => part(`{"payload":${bytesOf(outcome).toString()}}`),
  failure: ({ errors }) => part(JSON.stringify({ payload: null, errors })),
  end: '--\r\n',
}
