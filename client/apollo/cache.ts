/**
 * Options of `InMemoryCache` from the schema: which lists merge, which objects are embedded, and
 * which fields look objects up by id.
 */
import type { FieldMergeFunction, FieldPolicy, InMemoryCacheConfig, TypePolicies } from '@apollo/client'
import { relayStylePagination, type StoreObject } from '@apollo/client/utilities'
import type { CacheFacts } from '../connection/cache-facts.ts'
import { cacheFacts } from '../generated/cache-facts.ts'

export const cacheOptions = (): InMemoryCacheConfig => ({
  possibleTypes: Object.fromEntries(
    Object.entries(cacheFacts.possibleTypes).map(([type, names]) => [type, [...names]]),
  ),
  typePolicies: policiesOf(cacheFacts),
})

function policiesOf({ values, pages, connections, lists, lookups }: CacheFacts): TypePolicies {
  const fields: Record<string, Record<string, FieldPolicy>> = {}
  const add = (type: string, field: string, policy: FieldPolicy): void => {
    fields[type] ??= {}
    Object.assign(fields[type], { [field]: policy })
  }
  for (const [type, found] of Object.entries(connections))
    for (const [field, keyArgs] of Object.entries(found)) add(type, field, relayStylePagination([...keyArgs]))
  for (const [type, found] of Object.entries(lists)) for (const field of Object.keys(found)) add(type, field, whole)
  for (const [field, type] of Object.entries(lookups)) add('Query', field, byId(type))
  const policies: TypePolicies = {}
  for (const value of values)
    policies[value] = { keyFields: false, ...(!pages.includes(value) && { merge: mergeValue }) }
  for (const [type, found] of Object.entries(fields)) policies[type] = { ...policies[type], fields: found }
  return policies
}

/** The latest list replaces the previous one. */
const whole: FieldPolicy = { merge: false }

const byId = (typename: string): FieldPolicy => ({
  read: (known, { args, toReference }) =>
    known !== undefined ? known : toReference({ __typename: typename, id: args?.['id'] }),
})

/**
 * Merges two readings of a value if they agree on common fields. Otherwise the later one replaces
 * the earlier, so that a new amount never has the old amount's formatted text.
 */
const mergeValue: FieldMergeFunction<StoreObject> = (known, incoming, { mergeObjects }) => {
  if (!known) return incoming
  const isSame = Object.entries(incoming).every(
    ([name, value]) => !(name in known) || isObject(value) || known[name] === value,
  )
  return isSame ? mergeObjects<StoreObject>(known, incoming) : incoming
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
