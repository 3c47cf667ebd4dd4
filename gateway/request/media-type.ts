/** Which JSON the client sends and wants (GraphQL over HTTP: `application/json` or `application/graphql-response+json`). */
import { LRUCache } from 'lru-cache' // BlueOak 1.0.0; the bounded cache of the Node field
import Negotiator from 'negotiator' // MIT; content negotiation as RFC 9110 has it
import { HttpError } from '../process/http.ts'
import type { Policy } from './exchange.ts'

export type MediaType = 'application/json' | 'application/graphql-response+json'

const RESPONSE_JSON: MediaType = 'application/graphql-response+json'
const EVENTS = 'text/event-stream'
const OFFERED: MediaType[] = ['application/json', RESPONSE_JSON]

/** Clients send the same few values again and again. */
const negotiated = new LRUCache<string, MediaType | 'none'>({ max: 256 })

export const negotiateMediaType: Policy = (exchange) => {
  const { accept } = exchange.request.headers
  if (accept === undefined || accept === '*/*') return
  let type = negotiated.get(accept)
  if (type === undefined) {
    type = (new Negotiator({ headers: { accept } }).mediaType(OFFERED) as MediaType | undefined) ?? 'none'
    negotiated.set(accept, type)
  }
  if (accept.includes(EVENTS)) {
    exchange.accepts = type === 'none' ? 'events' : 'either'
    if (type === 'none') return // a refusal is JSON all the same
  }
  if (type === 'none') throw new HttpError(406, 'BAD_USER_INPUT', `Answers are ${OFFERED.join(' or ')}.`)
  exchange.mediaType = type
  exchange.legacyStatus = type === 'application/json' && accept.includes(type)
}

export const requireJsonBody: Policy = ({ request: { method, headers } }) => {
  if (method !== 'POST' || headers['content-type'] === 'application/json') return
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))?.split('=')[1]
  const utf8 = charset === undefined || ['utf-8', '"utf-8"', 'utf8'].includes(charset.trim())
  if (type?.trim() === 'application/json' && utf8) return
  throw new HttpError(415, 'BAD_USER_INPUT', 'The body must be application/json in UTF-8.')
}
