/** The life of one operation: policies, document, operation, execution, answer. Reads like the contents page it follows. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../process/log.ts'
import type { Edition } from '../supergraph/edition.ts'
import type { CallContext } from '../traffic/send.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { carriesKeys } from './idempotency.ts'
import type { Policies } from './policies.ts'
import { requestIdOf } from './request-id.ts'
import { sendOutcome, sendRefusal } from './respond.ts'

export interface OperationOptions {
  readonly policies: Policies
  /** The edition that new requests are served by. */
  readonly currentEdition: () => Edition
  readonly log: Logger
}

export type AnswerOperation = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function createOperations({ policies, currentEdition, log }: OperationOptions): AnswerOperation {
  return async (request, response) => {
    const exchange = openExchange(request, requestIdOf(request))
    try {
      for (const policy of policies.request) {
        const pending = policy(exchange)
        if (pending) await pending
      }
      const edition = currentEdition()
      const { parameters } = exchange
      const operation = edition.documents.get(parameters.query).operation(parameters.operationName)
      for (const policy of policies.operation) policy(exchange, operation)
      const idempotent = carriesKeys(operation.definition, parameters.variables ?? {})
      const call = callContext(exchange, response, idempotent)
      sendOutcome(exchange, response, await edition.host.execute(parameters, { exchange, call }))
    } catch (error) {
      sendRefusal(exchange, response, error, log)
    }
  }
}

/** What the services are told. A client that hangs up ends the calls made for it. */
function callContext(
  { request, requestId, caller }: Exchange,
  response: ServerResponse,
  idempotent: boolean,
): CallContext {
  const hungUp = new AbortController()
  response.once('close', () => hungUp.abort())
  return {
    requestId,
    authorization: request.headers.authorization,
    perspective: caller?.scopes.has('content:preview') ? 'preview' : 'published',
    signal: hungUp.signal,
    idempotent,
    observe: () => undefined,
  }
}
