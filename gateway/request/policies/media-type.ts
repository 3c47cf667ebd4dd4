/**
 * Negotiates media types (GraphQL over HTTP: `application/json` or
 * `application/graphql-response+json`).
 */
import { HttpError } from '../../../platform/http/message/http-error.ts'
import {
  type Preference,
  type PreferenceOf,
  readAccept,
  readContentType,
} from '../../../platform/http/message/media-types.ts'
import {
  type EventFormatName,
  type Exchange,
  type MediaType,
  type PartsFormatName,
  type Policy,
  WHOLE,
} from '../../exchange/exchange.ts'

const OFFERED: readonly MediaType[] = ['application/json', 'application/graphql-response+json']

/** Media types that ask for each format of events. */
const EVENTS = [
  { format: 'sse', type: 'text/event-stream' },
  { format: 'multipart', type: 'multipart/mixed', parameter: ['subscriptionspec', '1.0'] },
] as const

/** Media types that ask for each format of parts. */
const PARTS = [
  { format: '20220824', parameter: ['deferspec', '20220824'] },
  { format: 'v0.2', parameter: ['incrementalspec', 'v0.2'] },
] as const

const MULTIPART = 'multipart/mixed'

type Negotiated = Pick<Exchange, 'mediaType' | 'legacyStatus' | 'accepts'>

/** Clients repeat the same few values. */
const negotiated = new Map<string, Negotiated | 'none'>()
const MOST_NEGOTIATED = 256 // then it starts anew

export const negotiateMediaType: Policy = (exchange) => {
  const { accept } = exchange.request.headers
  if (accept === undefined || accept === '*/*') return
  let wanted = negotiated.get(accept)
  if (wanted === undefined) {
    wanted = negotiate(readAccept(accept))
    if (negotiated.size === MOST_NEGOTIATED) negotiated.clear()
    negotiated.set(accept, wanted)
  }
  if (wanted === 'none')
    throw new HttpError(406, 'BAD_USER_INPUT', `The "accept" header allows neither ${OFFERED.join(' nor ')}.`)
  exchange.mediaType = wanted.mediaType
  exchange.legacyStatus = wanted.legacyStatus
  exchange.accepts = wanted.accepts
}

const ANY: Negotiated = { mediaType: 'application/json', legacyStatus: false, accepts: WHOLE }

/** @param preferenceOf `undefined` if any type is accepted */
function negotiate(preferenceOf: PreferenceOf | undefined): Negotiated | 'none' {
  if (!preferenceOf) return ANY
  const best = likedBest(OFFERED, (type) => preferenceOf(type))
  const events = eventFormatOf(preferenceOf)
  const parts = partsFormatOf(preferenceOf)
  // A refusal is JSON in any case.
  if (!best && events) return { ...ANY, accepts: { whole: false, events, parts: undefined } }
  if (!best) return parts ? { ...ANY, accepts: { whole: false, events, parts } } : 'none'
  return {
    mediaType: best.option,
    legacyStatus: best.option === 'application/json' && best.precision === 2,
    accepts: { whole: true, events, parts },
  }
}

/** The format of parts that the client prefers; `undefined` if it asks for none. */
function partsFormatOf(preferenceOf: PreferenceOf): PartsFormatName | undefined {
  const best = likedBest(PARTS, ({ parameter }) => preferenceOf(MULTIPART, parameter))
  if (best) return best.option.format
  // Without a named specification the older format is meant; `*/*` does not ask for parts.
  const any = preferenceOf(MULTIPART)
  const isForEvents = EVENTS.some((each) => 'parameter' in each && preferenceOf(each.type, each.parameter))
  return any && any.quality > 0 && any.precision === 2 && !isForEvents ? '20220824' : undefined
}

/** The format of events that the client prefers; `undefined` if it accepts none. */
function eventFormatOf(preferenceOf: PreferenceOf): EventFormatName | undefined {
  return likedBest(EVENTS, ({ type, ...only }) => {
    const preference = preferenceOf(type, 'parameter' in only ? only.parameter : undefined)
    // `*/*` does not ask for events.
    return preference && preference.precision > 0 ? preference : undefined
  })?.option.format
}

/** The option that the client prefers among those that it accepts. */
function likedBest<Option>(
  options: readonly Option[],
  preferenceOf: (option: Option) => Preference | undefined,
): (Preference & { readonly option: Option }) | undefined {
  const accepted = options.flatMap((option) => {
    const preference = preferenceOf(option)
    return preference && preference.quality > 0 ? [{ option, ...preference }] : []
  })
  return accepted.sort(byPreference)[0]
}

const byPreference = (one: Preference, other: Preference): number =>
  other.quality - one.quality || other.precision - one.precision || one.place - other.place

const UTF_8: ReadonlySet<string | undefined> = new Set([undefined, 'utf-8', 'utf8'])

export const requireJsonBody: Policy = ({ request: { method, headers } }) => {
  if (method !== 'POST' || headers['content-type'] === 'application/json') return
  const { type, charset } = readContentType(headers['content-type'])
  if (type === 'application/json' && UTF_8.has(charset)) return
  const message = type === 'multipart/form-data' ? NO_UPLOADS : 'The body must be application/json in UTF-8.'
  throw new HttpError(415, 'BAD_USER_INPUT', message, { accept: 'application/json; charset=utf-8' })
}

/** The GraphQL multipart request specification, which clients with an `Upload` scalar speak. */
const NO_UPLOADS =
  'Files are not uploaded with operations: send the file to its service by HTTP, and the operation as application/json. ' +
  'A header such as apollo-require-preflight lets multipart/form-data pass the cross-site check, and not this one.'
