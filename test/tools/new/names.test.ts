import { expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { namesOf, refusalOf } from '../../../tools/new/names.ts'

const taken = {
  services: ['banking', 'weather'],
  settings: new Set(['REDIS_URL', 'CART_DATABASE_URL']),
  schemas: new Map([
    ['banking', parse('type Query { account: Account } type Account { id: ID }')],
    ['content', parse('extend type Query { search: String } extend type Mutation { addVote: Int }')],
  ]),
}

test.each([
  ['Order', 'lower-case letter'],
  ['order-items', 'lower-case letter'],
  ['order_items', 'lower-case letter'],
  ['../order', 'lower-case letter'],
  ['__proto__', 'lower-case letter'],
  ['2fast', 'lower-case letter'],
  ['o', 'lower-case letter'],
  ['o'.repeat(41), 'lower-case letter'],
  ['', 'lower-case letter'],
  ['class', '"class" is a word of JavaScript'],
  ['news', '"new" is a word of JavaScript'],
  ['undefined', 'a word of JavaScript'],
  ['constructor', '"constructor" is a word of JavaScript'],
  ['toString', '"toString" is a word of JavaScript'],
  ['map', 'Map is a name of JavaScript'],
  ['errors', 'Error is a name of JavaScript'],
  ['promise', 'Promise is a name of JavaScript'],
  ['gateway', 'reserved'],
  ['prisma', 'reserved'],
  ['arg', 'uses the name args'],
  ['shared', 'reserved'],
  ['connections', 'uses the name connection'],
  ['resolver', 'uses the name resolver'],
  ['banking', 'the registry has a service banking'],
  ['weaTher', 'the registry has a service weather'],
  ['redis', 'REDIS_URL is a setting'],
  ['cart', 'CART_DATABASE_URL is a setting'],
  ['query', 'Query is a type of GraphQL'],
  ['accounts', 'the schema of banking has Account'],
  ['search', 'the schema of content has Query.search'],
  ['vote', 'the schema of content has Mutation.addVote'],
])('A service cannot have the name %s', (name, reason) => {
  expect(refusalOf(namesOf(name), taken)).toContain(reason)
})

test.each([
  ['order', 'order', 'orders'],
  ['orders', 'order', 'orders'],
  ['loyaltyPoints', 'loyaltyPoint', 'loyaltyPoints'],
  ['inventory', 'inventory', 'inventories'],
  ['categories', 'category', 'categories'],
  ['box', 'box', 'boxes'],
  ['address', 'address', 'addresses'],
  ['addresses', 'address', 'addresses'],
  ['status', 'status', 'statuses'],
  ['days', 'day', 'days'],
  ['events', 'event', 'events'],
])('A service %s serves each %s, and lists %s', (service, one, many) => {
  expect(namesOf(service)).toEqual({ service, one, many })
  expect(refusalOf(namesOf(service), taken)).toBeUndefined()
})
