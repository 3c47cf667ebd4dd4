/** Allows GET, HEAD (GET without a body) and POST. */
import type { OperationDefinitionNode } from 'graphql'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

/** The value of `Allow`. */
export const ALLOWED = [...METHODS].join(', ')

export const allowMethods: Policy = ({ request }) => {
  if (METHODS.has(request.method)) return
  const words = 'Operations are sent with GET or POST, and each stream of events has a request of its own.'
  throw new HttpError(405, 'BAD_USER_INPUT', words, { allow: ALLOWED })
}

const NEEDS_STREAM =
  'Subscriptions need a client that accepts text/event-stream or multipart/mixed;subscriptionSpec=1.0, or a WebSocket.'

/** Mutations need POST; subscriptions need a client that accepts a stream. */
export function fitsMethod(exchange: Exchange, { operation }: OperationDefinitionNode): void {
  const { request } = exchange
  if (operation === 'subscription') {
    if (exchange.outer) throw codedError('BAD_USER_INPUT', 'A batch cannot hold a subscription: send it by itself.')
    const { events } = exchange.accepts
    if (!events) throw codedError('BAD_USER_INPUT', NEEDS_STREAM)
    // A client that accepts both gets refusals of a subscription as events too.
    exchange.accepts = { whole: false, events, parts: undefined }
    return
  }
  if (operation === 'query' || request.method === 'POST') return
  throw new HttpError(405, 'BAD_USER_INPUT', 'Mutations are sent with POST.', { allow: 'POST' })
}
