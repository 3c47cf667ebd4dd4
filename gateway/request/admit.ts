/**
 * Finds the operation of a request and applies the list `operation` of the policies to it, for HTTP
 * and WebSocket alike.
 */

import type { Documents, KnownOperation } from '../document/documents.ts'
import { callerOf } from '../exchange/caller-key.ts'
import type { Exchange } from '../exchange/exchange.ts'
import { heavyTurn, waitingForTurn } from '../limits/heavy-turns.ts'
import { requireRoom } from './policies/concurrency.ts'
import type { Policies } from './policies.ts'

/**
 * Returns an operation that is valid and within every limit: at once for a known text. New texts
 * are read one per turn of the event loop, callers in turn; a refused one costs the caller budget.
 * @throws coded errors, or an AggregateError of them, or rejects with them
 */
export function admit(
  exchange: Exchange,
  documents: Documents,
  policies: Policies,
): KnownOperation | Promise<KnownOperation> {
  const { query, operationName } = exchange.parameters
  const found = documents.find(query)
  if (found) {
    const operation = found.operation(operationName)
    exchange.definition = operation.definition
    return checked(exchange, operation, policies)
  }
  policies.budget.spend(exchange, 0) // refuses a caller whose budget is overdrawn
  const caller = callerOf(exchange)
  requireRoom(waitingForTurn(caller), policies.operationsWaiting)
  const turn = heavyTurn(caller)
  if (!turn) return admitNew(exchange, documents, policies)
  return turn.then(() => {
    policies.budget.spend(exchange, 0) // texts read meanwhile may have used it up
    return admitNew(exchange, documents, policies)
  })
}

async function admitNew(exchange: Exchange, documents: Documents, policies: Policies): Promise<KnownOperation> {
  const { query, operationName } = exchange.parameters
  try {
    const operation = checked(exchange, documents.get(query).operation(operationName), policies)
    await operation.document.requireValid()
    exchange.definition = operation.definition
    return operation
  } catch (error) {
    policies.budget.charge(exchange, query.length)
    throw error
  }
}

function checked(exchange: Exchange, operation: KnownOperation, { operation: policies }: Policies): KnownOperation {
  for (const policy of policies) policy(exchange, operation)
  return operation
}
