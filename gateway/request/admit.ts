/**
 * Finds the operation that a request asks for and has every policy look at it: one way for HTTP and
 * WebSocket.
 */
import type { Documents, KnownOperation } from './documents.ts'
import type { Exchange } from './exchange.ts'
import type { Policies } from './policies.ts'

/**
 * What comes back is valid and within every limit. Reading a text that is not known to be valid is
 * free only where it turns out to be.
 * @throws coded errors, or an AggregateError of them
 */
export function admit(exchange: Exchange, documents: Documents, policies: Policies): KnownOperation {
  const { query, operationName } = exchange.parameters
  const found = documents.find(query)
  if (found?.isValid) return checked(exchange, found.operation(operationName), policies)
  policies.budget.spend(exchange, 0) // nothing is read for whoever is in debt
  try {
    const operation = checked(exchange, documents.get(query).operation(operationName), policies)
    operation.document.requireValid()
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
