/** The life of one operation: policies, document, operation, execution, answer. Reads like the contents page it follows. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../process/log.ts'
import type { Editions } from '../supergraph/editions.ts'
import type { CallContext } from '../traffic/send.ts'
import type { KnownOperation } from './documents.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { createFreshnessTally, type FreshnessTally } from './freshness.ts'
import { carriesKeys } from './idempotency.ts'
import type { Policies } from './policies.ts'
import { requestIdOf } from './request-id.ts'
import { sendOutcome, sendRefusal } from './respond.ts'

export interface OperationOptions {
  readonly policies: Policies
  readonly editions: Editions
  readonly log: Logger
}

export type AnswerOperation = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function createOperations({ policies, editions, log }: OperationOptions): AnswerOperation {
  return async (request, response) => {
    const exchange = openExchange(request, requestIdOf(request))
    try {
      for (const policy of policies.request) {
        const pending = policy(exchange)
        if (pending) await pending
      }
      const { edition, release } = editions.hold()
      try {
        const { query, operationName } = exchange.parameters
        const operation = edition.documents.get(query).operation(operationName)
        for (const policy of policies.operation) policy(exchange, operation)
        const tally = createFreshnessTally()
        const outcome = await edition.execute(exchange, operation, callContext(exchange, operation, response, tally))
        sendOutcome(exchange, response, outcome, keepableFor(exchange, operation, tally))
      } finally {
        release()
      }
    } catch (error) {
      sendRefusal(exchange, response, error, log)
    }
  }
}

/** What the services are told. A client that hangs up ends the reading done for it, but no write that is under way. */
function callContext(
  exchange: Exchange,
  { definition }: KnownOperation,
  response: ServerResponse,
  { observe }: FreshnessTally,
): CallContext {
  const { request, requestId, parameters } = exchange
  const isQuery = definition.operation === 'query'
  return {
    requestId,
    authorization: request.headers.authorization,
    perspective: mayPreview(exchange) ? 'preview' : 'published',
    signal: isQuery ? hangUpOf(response) : undefined,
    idempotent: !isQuery && carriesKeys(definition, parameters.variables ?? {}),
    observe,
  }
}

function hangUpOf(response: ServerResponse): AbortSignal {
  const hungUp = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) hungUp.abort()
  })
  return hungUp.signal
}

const mayPreview = ({ caller }: Exchange): boolean => caller?.scopes.has('content:preview') ?? false

/** What only some may see is nothing for a shared cache, whoever it came from. */
const keepableFor = (exchange: Exchange, { definition }: KnownOperation, tally: FreshnessTally) =>
  definition.operation === 'query' && !mayPreview(exchange) ? tally.result() : undefined
