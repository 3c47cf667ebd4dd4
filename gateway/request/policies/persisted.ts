/**
 * Automatic persisted queries: once the gateway has seen a text, clients may send its SHA-256
 * instead.
 */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { Policy } from '../../exchange/exchange.ts'

const REMEMBERED = 16 * 1024 * 1024 // bytes of texts

export function resolvePersisted(): Policy {
  const texts = new LRUCache<string, string>({ maxSize: REMEMBERED, sizeCalculation: (text) => 2 * text.length + 128 })
  return (exchange) => {
    const { parameters } = exchange
    const persisted = parameters.extensions?.['persistedQuery']
    if (persisted === undefined || persisted === null) {
      if (parameters.query === '') throw codedError('BAD_USER_INPUT', 'The request has no "query".')
      return
    }
    const wanted = readHash(persisted)
    if (parameters.query !== '') {
      if (hash('sha256', parameters.query, 'hex') !== wanted)
        throw codedError('BAD_USER_INPUT', '"sha256Hash" is not the SHA-256 of "query".')
      texts.set(wanted, parameters.query)
      return
    }
    const query = texts.get(wanted)
    if (query === undefined) throw codedError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
    exchange.parameters = { ...parameters, query }
  }
}

/** The hash of a persisted query. @throws BAD_USER_INPUT */
export function readHash(persisted: unknown): string {
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown }
  if (version === 1 && typeof sha256Hash === 'string' && /^[\da-f]{64}$/.test(sha256Hash)) return sha256Hash
  throw codedError('BAD_USER_INPUT', '"persistedQuery" must have version 1 and a "sha256Hash".')
}
