/** Operations come by GET, by HEAD as by GET without the answer's body, or by POST. */
import type { OperationDefinitionNode } from 'graphql'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

/** As `Allow` names them. */
export const ALLOWED = [...METHODS].join(', ')

export const allowMethods: Policy = ({ request }) => {
  if (METHODS.has(request.method)) return
  throw new HttpError(405, 'BAD_USER_INPUT', 'Operations are sent with GET or POST.', { allow: ALLOWED })
}

/** GET is for reading; subscriptions need a connection that stays open. */
export function fitsMethod(exchange: Exchange, { operation }: OperationDefinitionNode): void {
  const { request } = exchange
  if (operation === 'subscription') {
    // Whoever takes either is told in a stream, too, what is wrong with a subscription.
    if (exchange.accepts === 'either') exchange.accepts = 'events'
    if (exchange.accepts === 'events') return
    throw codedError(
      'BAD_USER_INPUT',
      'Subscriptions are answered to clients that accept text/event-stream, or by WebSocket.',
    )
  }
  if (operation === 'query' || request.method === 'POST') return
  throw new HttpError(405, 'BAD_USER_INPUT', 'Mutations are sent with POST.', { allow: 'POST' })
}
