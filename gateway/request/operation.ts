/** Which operation of a document is meant, and whether it may come this way. */
import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql'
import { HttpError } from '../../platform/http/message/http-error.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import type { Exchange } from './exchange.ts'

/** @throws BAD_USER_INPUT where there is no such operation, or several and no name */
export function selectOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  const [first, ...others] = operations
  if (!first) throw codedError('BAD_USER_INPUT', 'The document has no operation.')
  if (name === undefined) {
    if (others.length === 0) return first
    throw codedError('BAD_USER_INPUT', 'The document has several operations: "operationName" must say which one.')
  }
  const named = operations.find((operation) => operation.name?.value === name)
  if (!named) throw codedError('BAD_USER_INPUT', 'The document has no operation of that name.')
  return named
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
