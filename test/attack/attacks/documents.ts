/**
 * Documents and values made to hurt: each is one request, refused before anything expensive looks
 * at it.
 */
import type { Attack } from '../attack.ts'
import { ask, type Operation, raw } from '../target.ts'

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ')

/** Each fragment spreads the next one twice. */
const bomb = (levels: number, last: string): string =>
  `{ ...F0 } ${repeat(levels, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F${levels} on Query { ${last} }`

const inlineBomb = (levels: number): string =>
  `{ ...F0 } ${repeat(levels, (n) => `fragment F${n} on Query { ... { ...F${n + 1} } ... { ...F${n + 1} } }`)} fragment F${levels} on Query { __typename }`

/** Two fields of one name at each level, whose sets are compared pair by pair. */
const pairs = (levels: number): string =>
  `{ ${Array.from({ length: levels }).reduce<string>((inner) => `me { ${inner} } me { ${inner} }`, 'name')} }`

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

const refusedDocuments: Readonly<Record<string, string>> = {
  'fragments that double 26 times, onto an unknown one': bomb(26, '...Missing'),
  'fragments that double 60 times': bomb(60, '__typename'),
  'inline fragments that double 40 times': inlineBomb(40),
  'a chain of 2,000 fragments': `{ ...F0 } ${repeat(2_000, (n) => `fragment F${n} on Query { ...F${n + 1} }`)} fragment F2000 on Query { __typename }`,
  '10,000 aliases': `{ ${repeat(10_000, (n) => `a${n}: __typename`)} }`,
  '4,900 directives': `{ __typename ${repeat(4_900, () => '@include(if: true)')} }`,
  '1,000 fragments with different fields in one set': `{ ${repeat(1_000, (n) => `...F${n}`)} } ${repeat(1_000, (n) => `fragment F${n} on Query { a${n}: __typename }`)}`,
  'fields whose pairs multiply': pairs(11),
  '1 MB of comments': `${'# nothing\n'.repeat(99_000)}{ __typename }`,
  'one block string of 1 MB': `{ article(slug: """${'\\n '.repeat(300_000)}""") { title } }`,
  '4,000 levels of fields': `${'{ me '.repeat(4_000)}{ name }${'}'.repeat(4_000)}`,
  '4,500 levels of values': `{ account(id: ${deep(4_500)}) { number } }`,
  'a list of a million': '{ articles(first: 1000000) { edges { cursor } } }',
  'lists in lists in lists':
    '{ articles(first: 100) { edges { node { related(first: 100) { edges { node { related(first: 100) { edges { node { title } } } } } } } } } }',
}

/** Refused, with any code for a faulty request. */
const REFUSED = /^(400|413) (OPERATION_TOO_COMPLEX|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/

const documents = Object.entries(refusedDocuments).map(
  ([name, query]): Attack => ({ name, run: (target) => ask(target, query), expected: REFUSED }),
)

const long = 'Did you mean '.repeat(70_000)
const values: Readonly<Record<string, Operation>> = {
  'a message made of hints': {
    query: 'query ($at: CoordinatesInput!) { weather(at: $at) { provider } }',
    variables: { at: { latitude: 1, longitude: 1, latitud: long } },
  },
}

const nested: Attack = {
  name: 'variables of 200,000 levels',
  run(target) {
    const body = `{"query":"{ __typename }","variables":{"x":${deep(200_000)}}}`
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
    return raw(target, head + body)
  },
  expected: /^400$/,
}

export const documentAttacks: readonly Attack[] = [
  ...documents,
  ...Object.entries(values).map(
    ([name, operation]): Attack => ({ name, run: (target) => ask(target, operation), expected: REFUSED }),
  ),
  nested,
]
