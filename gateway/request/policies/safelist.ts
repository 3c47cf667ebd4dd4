/**
 * Runs only operations that the operator has registered, each by its text or its id; any other is
 * refused before it is parsed, or only reported.
 */
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'
import type { LiveLists } from '../../persisted/live-lists.ts'
import type { ClientName } from './client-name.ts'
import { readHash } from './persisted.ts'

/** Accepts a registered text, its `documentId`, or its hash sent as a persisted query. */
export function requireListed(lists: LiveLists, clientName: ClientName): Policy {
  return (exchange) => {
    const list = lists.current.listFor(clientName(exchange))
    if (list.has(exchange.parameters.query)) return
    const listed = exchange.parameters.query === '' ? idOf(exchange) : undefined
    const query = listed === undefined ? undefined : list.textOf(listed)
    if (query === undefined)
      throw codedError('OPERATION_NOT_ALLOWED', "This operation is not on the gateway's safelist.")
    exchange.parameters = { ...exchange.parameters, query }
  }
}

/**
 * Runs any operation, and reports those whose text is not on the list. @param resolve resolves ids
 */
export function reportUnlisted(
  lists: LiveLists,
  clientName: ClientName,
  resolve: Policy,
  report: (exchange: Exchange, client: string | undefined) => void,
): Policy {
  const look = (exchange: Exchange): void => {
    const client = clientName(exchange)
    if (!lists.current.listFor(client).has(exchange.parameters.query)) report(exchange, client)
  }
  return (exchange) => {
    const resolved = resolve(exchange)
    return resolved instanceof Promise ? resolved.then(() => look(exchange)) : look(exchange)
  }
}

function idOf({ parameters: { documentId, extensions } }: Exchange): string | undefined {
  const persisted = extensions?.['persistedQuery']
  return documentId ?? (persisted ? readHash(persisted) : undefined)
}
