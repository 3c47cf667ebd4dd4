/** The caches of Apollo Client and urql, and the documents that these clients send. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client'
import { describe, expect, test } from '@jest/globals'
import { Client, type Exchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { buildSchema, type DocumentNode, print, printSchema } from 'graphql'
import { map, pipe } from 'wonka'
import { cacheOptions } from '../../client/apollo/index.ts'
import { cacheFactsOf } from '../../client/codegen/schema-facts.ts'
import * as operations from '../../client/operations.ts'
import { graphcacheOptions } from '../../client/urql/index.ts'
import { readManifest } from '../../gateway/persisted/manifest.ts'

const money = (amount: string, formatted: string) => ({ __typename: 'Money', amount, currency: 'EUR', formatted })
const account = (posted: object) => ({
  account: { __typename: 'Account', id: '1', balance: { __typename: 'Balance', posted } },
})
const WHOLE = gql`
  query ($id: ID!) {
    account(id: $id) {
      id
      balance {
        posted {
          amount
          currency
          formatted
        }
      }
    }
  }
`
const PART = gql`
  query ($id: ID!) {
    account(id: $id) {
      id
      balance {
        posted {
          amount
        }
      }
    }
  }
`
const variables = { id: '1' }

describe("Apollo Client's cache", () => {
  const cacheWith = (...writes: readonly [DocumentNode, object][]): InMemoryCache => {
    const cache = new InMemoryCache(cacheOptions())
    for (const [query, data] of writes) cache.writeQuery({ query, variables, data })
    return cache
  }
  const amountOnly = (amount: string): object => account({ __typename: 'Money', amount })

  test('A reading with less keeps what is known, as long as the two agree', () => {
    const cache = cacheWith([WHOLE, account(money('100', '€1.00'))], [PART, amountOnly('100')])
    expect(cache.readQuery({ query: WHOLE, variables })).toEqual(account(money('100', '€1.00')))
  })

  test('A new amount never appears with the old formatted text', () => {
    const cache = cacheWith([WHOLE, account(money('100', '€1.00'))], [PART, amountOnly('200')])
    expect(cache.readQuery({ query: PART, variables })).toEqual(amountOnly('200'))
    expect(cache.readQuery({ query: WHOLE, variables })).toBeNull()
  })

  test('An object in the cache is found by its id', () => {
    const cache = new InMemoryCache(cacheOptions())
    const me = { __typename: 'Customer', id: 'c', accounts: { __typename: 'AccountConnection', edges: [] as object[] } }
    me.accounts.edges.push({
      __typename: 'AccountEdge',
      cursor: 'x',
      node: { __typename: 'Account', id: '1', name: 'Savings' },
    })
    cache.writeQuery({
      query: gql`
        {
          me {
            id
            accounts {
              edges {
                cursor
                node {
                  id
                  name
                }
              }
            }
          }
        }
      `,
      data: { me },
    })
    const query = gql`
      {
        account(id: "1") {
          name
        }
      }
    `
    expect(cache.readQuery({ query })).toEqual({ account: { __typename: 'Account', name: 'Savings' } })
  })

  test('The cache keeps that an object does not exist', () => {
    const cache = cacheWith([PART, { account: null }])
    expect(cache.readQuery({ query: PART, variables })).toEqual({ account: null })
  })

  test('A part of a whole is no entity, even if it is called by an id', () => {
    const article = (id: string, text: string) => ({
      __typename: 'Article',
      id,
      tableOfContents: [{ __typename: 'Heading', id: 'intro', text }],
    })
    const query = gql`
      {
        one: article(slug: "one") {
          id
          tableOfContents {
            id
            text
          }
        }
        two: article(slug: "two") {
          id
          tableOfContents {
            id
            text
          }
        }
      }
    `
    const data = { one: article('en/one', 'First'), two: article('en/two', 'Second') }
    const cache = new InMemoryCache(cacheOptions())
    cache.writeQuery({ query, data })
    expect(cache.readQuery({ query })).toEqual(data)
  })
})

describe('facts of a schema', () => {
  const facts = cacheFactsOf(
    buildSchema(`
      type Query { thing(id: ID!): Thing things(kind: String, first: Int, after: String): Things! all: [Thing!]! by(id: ID!, other: Int!): Thing }
      interface Named { name: String }
      type Thing implements Named { id: ID! name: String parts: [Part!] tags: [String!]! }
      type Part { id: String! }
      type Things { edges: [ThingEdge!]! pageInfo: PageInfo! total: Int }
      type ThingEdge { cursor: String! node: Thing! }
      type PageInfo { hasNextPage: Boolean! }
    `),
  )

  test('The facts of a schema name pages, lists, values and entities', () => {
    expect(facts).toEqual({
      possibleTypes: { Named: ['Thing'] },
      values: ['Part', 'Things', 'ThingEdge', 'PageInfo'],
      pages: ['Things', 'ThingEdge', 'PageInfo'],
      connections: { Query: { things: ['kind'] } },
      lists: { Query: { all: true }, Thing: { parts: true }, Things: { edges: true } },
      lookups: { thing: 'Thing' },
    })
  })
})

describe('the schema for operations of one’s own', () => {
  test('The schema for operations of one’s own is the public schema with optional keys', async () => {
    const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8')
    const [own, open] = [await read('client/dist/schema.graphql'), await read('gateway/schema.graphql')]
    expect(own).not.toContain('idempotencyKey: ID!')
    const withKeys = buildSchema(own.replaceAll('idempotencyKey: ID', 'idempotencyKey: ID!'))
    expect(printSchema(withKeys)).toBe(printSchema(buildSchema(open)))
  })
})

describe('manifests', () => {
  const generated = (name: string): string => fileURLToPath(new URL(`../../client/generated/${name}`, import.meta.url))
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const documents = Object.entries(operations)
    .filter(([name]) => name.endsWith('Document'))
    .map(([name, document]) => ({ name, document: document as DocumentNode }))

  /** The document as each client sends it. */
  const sentByApollo = (document: DocumentNode): string => {
    let sent = ''
    const link = new ApolloLink(({ query }) => {
      sent = print(query)
      return new Observable((observer) => observer.complete())
    })
    const client = new ApolloClient({ link, cache: new InMemoryCache(cacheOptions()) })
    ApolloLink.execute(link, { query: client.cache.transformDocument(document) }, { client }).subscribe(() => undefined)
    return sent
  }
  const sentByUrql = (document: DocumentNode): string => {
    let sent = ''
    const last: Exchange = () => (operations) =>
      pipe(
        operations,
        map((operation) => {
          sent = print(operation.query)
          return { operation, data: undefined, error: undefined, stale: false, hasNext: false } as never
        }),
      )
    const client = new Client({
      url: 'http://gateway',
      preferGetMethod: false,
      exchanges: [cacheExchange(graphcacheOptions()), last],
    })
    const kind = document.definitions.flatMap((node) => ('operation' in node ? [node.operation] : []))[0] ?? 'query'
    const request = { key: 1, query: document, variables: {} } as never
    const source =
      kind === 'mutation'
        ? client.executeMutation(request)
        : kind === 'query'
          ? client.executeQuery(request)
          : client.executeSubscription(request)
    source.subscribe(() => undefined).unsubscribe()
    return sent
  }

  test.each(['persisted-documents.json', 'persisted-queries.json'])('The gateway reads %s', async (name) => {
    const listed = await readManifest(generated(name))
    expect(listed.length).toBe(documents.length)
    for (const { text, id } of listed) expect(id).toBe(sha256(text))
  })

  test.each(documents)('$name is listed as Apollo Client and urql send it', async ({ document }) => {
    const texts: object = JSON.parse(await readFile(generated('persisted-documents.json'), 'utf8'))
    expect(Object.keys(texts)).toContain(sha256(sentByApollo(document)))
    expect(Object.keys(texts)).toContain(sha256(sentByUrql(document)))
  })
})
