/**
 * Negotiates media types (GraphQL over HTTP: `application/json` or
 * `application/graphql-response+json`).
 */
import { LRUCache } from 'lru-cache' // BlueOak 1.0.0; the bounded cache of the Node field
import { HttpError } from '../../../platform/http/message/http-error.ts'
import {
  type Preference,
  type PreferenceOf,
  readAccept,
  readContentType,
} from '../../../platform/http/message/media-types.ts'
import type { Exchange, MediaType, Policy } from '../../exchange/exchange.ts'

const OFFERED: readonly MediaType[] = ['application/json', 'application/graphql-response+json']
const EVENTS = 'text/event-stream'

type Negotiated = Pick<Exchange, 'mediaType' | 'legacyStatus' | 'accepts'>

/** Clients repeat the same few values. */
const negotiated = new LRUCache<string, Negotiated | 'none'>({ max: 256 })

export const negotiateMediaType: Policy = (exchange) => {
  const { accept } = exchange.request.headers
  if (accept === undefined || accept === '*/*') return
  let wanted = negotiated.get(accept)
  if (wanted === undefined) {
    wanted = negotiate(readAccept(accept))
    negotiated.set(accept, wanted)
  }
  if (wanted === 'none')
    throw new HttpError(406, 'BAD_USER_INPUT', `The "accept" header allows neither ${OFFERED.join(' nor ')}.`)
  const { mediaType, legacyStatus, accepts } = wanted
  exchange.mediaType = mediaType
  exchange.legacyStatus = legacyStatus
  exchange.accepts = accepts
}

const ANY: Negotiated = { mediaType: 'application/json', legacyStatus: false, accepts: 'answer' }

/** @param preferenceOf `undefined` if any type is accepted */
function negotiate(preferenceOf: PreferenceOf | undefined): Negotiated | 'none' {
  if (!preferenceOf) return ANY
  const fitting = OFFERED.flatMap((type) => {
    const preference = preferenceOf(type)
    return preference && preference.quality > 0 ? [{ type, ...preference }] : []
  })
  const [best] = fitting.sort(byPreference)
  const events = preferenceOf(EVENTS)
  // `*/*` does not ask for events.
  const takesEvents = events !== undefined && events.quality > 0 && events.precision > 0
  if (!best) return takesEvents ? { ...ANY, accepts: 'events' } : 'none' // a refusal is JSON in any case
  return {
    mediaType: best.type,
    legacyStatus: best.type === 'application/json' && best.precision === 2,
    accepts: takesEvents ? 'either' : 'answer',
  }
}

const byPreference = (one: Preference, other: Preference): number =>
  other.quality - one.quality || other.precision - one.precision || one.place - other.place

const UTF_8: ReadonlySet<string | undefined> = new Set([undefined, 'utf-8', 'utf8'])

export const requireJsonBody: Policy = ({ request: { method, headers } }) => {
  if (method !== 'POST' || headers['content-type'] === 'application/json') return
  const { type, charset } = readContentType(headers['content-type'])
  if (type === 'application/json' && UTF_8.has(charset)) return
  throw new HttpError(415, 'BAD_USER_INPUT', 'The body must be application/json in UTF-8.', {
    accept: 'application/json; charset=utf-8',
  })
}
