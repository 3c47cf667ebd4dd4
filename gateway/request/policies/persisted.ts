/**
 * Finds the text of an operation that is sent by its id: a registered one, or an automatic
 * persisted query, whose text the gateway has seen with its SHA-256.
 */
import { hash } from 'node:crypto'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Exchange, Policy } from '../../exchange/exchange.ts'
import type { LiveLists } from '../../persisted/live-lists.ts'
import type { PersistedTexts } from '../../persisted/texts.ts'
import type { ClientName } from './client-name.ts'

const NOTHING = { get: () => undefined, set: () => undefined }

interface PersistedOptions {
  /** `undefined` without automatic persisted queries. */
  readonly texts: PersistedTexts | undefined
  readonly lists: LiveLists | undefined
  readonly clientName: ClientName
}

export function resolvePersisted({ texts = NOTHING, lists, clientName }: PersistedOptions): Policy {
  const listed = (exchange: Exchange, id: string): string | undefined =>
    lists?.current.listFor(clientName(exchange)).textOf(id)

  const resolve = (exchange: Exchange, id: string, sha256: string | undefined): void | Promise<void> => {
    const take = (query: string | undefined): void => {
      if (query === undefined) throw codedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
      exchange.parameters = { ...exchange.parameters, query }
    }
    const query = listed(exchange, id) ?? (sha256 === undefined ? undefined : texts.get(sha256))
    return query instanceof Promise ? query.then(take) : take(query)
  }

  return (exchange) => {
    const { query, documentId, extensions } = exchange.parameters
    const persisted = extensions?.['persistedQuery']
    if (persisted === undefined || persisted === null) {
      if (query !== '') return
      if (documentId === undefined) throw codedError('BAD_USER_INPUT', 'The request has no "query".')
      return resolve(exchange, documentId, PREFIXED.exec(documentId)?.[1])
    }
    const wanted = readHash(persisted)
    if (query === '') return resolve(exchange, wanted, wanted)
    if (hash('sha256', query, 'hex') !== wanted)
      throw codedError('BAD_USER_INPUT', '"sha256Hash" is not the SHA-256 of "query".')
    texts.set(wanted, query)
  }
}

/** GraphQL over HTTP, appendix A. */
const PREFIXED = /^sha256:([\da-f]{64})$/

/** The hash of a persisted query. @throws BAD_USER_INPUT */
export function readHash(persisted: unknown): string {
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown }
  if (version === 1 && typeof sha256Hash === 'string' && /^[\da-f]{64}$/.test(sha256Hash)) return sha256Hash
  throw codedError('BAD_USER_INPUT', '"persistedQuery" must have version 1 and a "sha256Hash".')
}
