/**
 * Options of Graphcache from the schema: which lists merge, which objects are embedded, and which
 * fields look objects up by id.
 */
import type { CacheExchangeOpts, Resolver } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import type { CacheFacts } from '../connection/cache-facts.ts'
import { cacheFacts } from '../generated/cache-facts.ts'
import { introspection } from '../generated/introspection.ts'

type FieldResolvers = Record<string, Resolver>

export const graphcacheOptions = (): CacheExchangeOpts => ({
  schema: introspection,
  keys: Object.fromEntries(cacheFacts.values.map((type) => [type, () => null])),
  resolvers: resolversOf(cacheFacts),
})

function resolversOf({ connections, lookups }: CacheFacts): Record<string, FieldResolvers> {
  const resolvers: Record<string, FieldResolvers> = {}
  const add = (type: string, field: string, resolver: Resolver): void => {
    resolvers[type] ??= {}
    Object.assign(resolvers[type], { [field]: resolver })
  }
  for (const [type, fields] of Object.entries(connections))
    for (const field of Object.keys(fields)) add(type, field, relayPagination())
  for (const [field, type] of Object.entries(lookups))
    add('Query', field, (_parent, { id }) => ({ __typename: type, id: String(id) }))
  return resolvers
}
