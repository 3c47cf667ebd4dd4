/** The life of one operation: policies, document, operation, execution, answer. Reads like the contents page it follows. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../process/log.ts'
import type { Editions } from '../supergraph/editions.ts'
import { openExchange } from './exchange.ts'
import type { Policies } from './policies.ts'
import { requestIdOf } from './request-id.ts'
import { sendExecution, sendRefusal } from './respond.ts'

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
        sendExecution(exchange, response, await edition.execute(exchange, operation, response))
      } finally {
        release()
      }
    } catch (error) {
      sendRefusal(exchange, response, error, log)
    }
  }
}
