/** Apollo Client without our library. */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { BatchHttpLink } from '@apollo/client/link/batch-http'
import { RetryLink } from '@apollo/client/link/retry'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { describe, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { readShippedOperations } from '../../gateway/operations/shipped.ts'
import { followedBy, product } from './world.ts'

interface Requests {
  /** Sent so far. */
  count: number
  /** How many answers from now on are lost on the way back. */
  answersToLose: number
}

async function connect(caller?: string): Promise<{ client: ApolloClient; requests: Requests }> {
  const requests: Requests = { count: 0, answersToLose: 0 }
  const authorization = caller === undefined ? undefined : await product().authorization(caller)
  const http = new HttpLink({
    uri: `${product().url}/graphql`,
    headers: authorization === undefined ? {} : { authorization },
    fetch: async (input, options) => {
      requests.count += 1
      const response = await fetch(input, options)
      if (requests.answersToLose === 0) return response
      requests.answersToLose -= 1
      await response.arrayBuffer()
      throw new TypeError('The connection was lost.')
    },
  })
  const link = ApolloLink.from([new RetryLink({ delay: { initial: 1, jitter: false }, attempts: { max: 5 } }), http])
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), requests }
}

const ACCOUNTS = gql`
  query Accounts {
    me {
      id
      accounts(first: 5) {
        edges {
          node {
            id
            number
            currency
            balance {
              posted {
                amount
              }
            }
            entries(first: 20) {
              edges {
                node {
                  id
                  transfer {
                    id
                    merchant {
                      id
                      city {
                        id
                        name
                        weather {
                          current {
                            temperature
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`

const ARTICLES = gql`
  query Articles {
    articles(first: 2) {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`

const CITY = gql`
  query City {
    city(id: "2267057") {
      id
      name
    }
  }
`

const BALANCE = gql`
  query Balance($id: ID!) {
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

const TRANSFER = gql`
  mutation Transfer($input: TransferInput!) {
    transfer(input: $input) {
      ... on TransferAccepted {
        replayed
        transfer {
          id
          status
        }
      }
      ... on Refusal {
        code
      }
    }
  }
`

// biome-ignore lint/suspicious/noExplicitAny: answers have the shape of whatever a test asks for
type Data = any

interface ShownAccount {
  readonly id: string
  readonly number: string
  readonly currency: string
}

async function euroAccountOf(caller: string): Promise<ShownAccount> {
  const { client } = await connect(caller)
  const { data } = await client.query<Data>({ query: ACCOUNTS })
  const accounts: ShownAccount[] = data.me.accounts.edges.map(({ node }: Data) => node)
  const found = accounts.find(({ currency }) => currency === 'EUR')
  if (!found) throw new Error(`The ${caller} has no account in euro.`)
  return found
}

async function paymentInEuro(idempotencyKey: string): Promise<{ from: string; input: Record<string, string> }> {
  const [{ id: from }, { number: to }] = await Promise.all([euroAccountOf('payer'), euroAccountOf('payee')])
  return { from, input: { idempotencyKey, from, to, amount: '700', currency: 'EUR' } }
}

describe('Apollo Client, as it comes', () => {
  test("The main query is sent once, and then answered from the client's cache", async () => {
    const { client, requests } = await connect('payer')
    const [overview] = await readShippedOperations()
    const query = gql(overview?.document ?? '')
    const first = await client.query<Data>({ query })
    expect(first.data.me.accounts.edges.length).toBeGreaterThan(1)
    expect(first.data.me.accounts.edges[0].node.product.terms.summary).toEqual(expect.any(String))
    const second = await client.query<Data>({ query })
    expect(second.data).toEqual(first.data)
    expect(requests.count).toBe(1)
  })

  test('Each entity is cached once, whichever service its fields came from', async () => {
    const { client } = await connect('payer')
    await client.query({ query: ACCOUNTS })
    const entities = Object.keys(client.cache.extract() as object)
    expect(entities).toContain('Customer:payer')
    const count = (type: string): number => entities.filter((id) => id.startsWith(`${type}:`)).length
    expect(count('Account')).toBe(4)
    expect(count('Entry')).toBeGreaterThan(40)
    // Many purchases, few places: the weather of each is there once.
    expect(count('City')).toBeGreaterThan(1)
    expect(count('City')).toBeLessThan(count('Merchant'))
  })

  test('A transfer whose answer was lost is retried with the same key, and moves the money once', async () => {
    const { client, requests } = await connect('payer')
    const { from, input } = await paymentInEuro('apollo-client-lost-answers')
    const balance = async (): Promise<bigint> => {
      const { data } = await client.query<Data>({
        query: BALANCE,
        variables: { id: from },
        fetchPolicy: 'network-only',
      })
      return BigInt(data.account.balance.posted.amount)
    }
    const before = await balance()
    const sent = requests.count
    requests.answersToLose = 2
    const { data } = await client.mutate<Data>({ mutation: TRANSFER, variables: { input } })
    expect(requests.count - sent).toBe(3)
    expect(data.transfer).toMatchObject({ replayed: true, transfer: { status: 'POSTED' } })
    expect(before - (await balance())).toBe(700n)
  })

  test('A changed balance is updated wherever the account is shown', async () => {
    const { client } = await connect('payer')
    const { from, input } = await paymentInEuro('apollo-client-shown-everywhere')
    const shown = async (): Promise<bigint> => {
      const { data } = await client.query<Data>({ query: ACCOUNTS, fetchPolicy: 'cache-first' })
      const edge = data.me.accounts.edges.find(({ node }: Data) => node.id === from)
      return BigInt(edge.node.balance.posted.amount)
    }
    const before = await shown()
    await client.mutate({
      mutation: TRANSFER,
      variables: { input },
      refetchQueries: [{ query: BALANCE, variables: { id: from } }],
      awaitRefetchQueries: true,
    })
    expect(before - (await shown())).toBe(700n)
  })

  test('Name and version of Apollo Client reach the metrics', async () => {
    const http = new HttpLink({ uri: `${product().url}/graphql` })
    const clientAwareness = { name: 'apollo-aware', version: '1.2.3' }
    const client = new ApolloClient({ link: http, cache: new InMemoryCache(), clientAwareness })
    await client.query({ query: ARTICLES })
    const metrics = await (await fetch(`${product().adminUrl}/metrics`)).text()
    expect(metrics).toContain('client="apollo-aware"')
  })

  test('Operations of one moment are sent as one array, and each has its answer', async () => {
    let requests = 0
    const batches = new BatchHttpLink({
      uri: `${product().url}/graphql`,
      fetch: (...request) => {
        requests += 1
        return fetch(...request)
      },
    })
    const client = new ApolloClient({ link: batches, cache: new InMemoryCache() })
    const [articles, city] = await Promise.all([
      client.query<Data>({ query: ARTICLES }),
      client.query<Data>({ query: CITY }),
    ])
    expect([articles.data.articles.edges.length, city.data.city.name, requests]).toEqual([2, 'Lisbon', 1])
  })

  test('HttpLink of Apollo Client follows a subscription as multipart', async () => {
    const { client } = await connect('payer')
    expect(await followedBy(client, 'apollo by multipart')).toEqual(['apollo by multipart'])
  })

  test('GraphQLWsLink of Apollo Client follows a subscription over a WebSocket', async () => {
    const authorization = await product().authorization('payer')
    const socket = createClient({
      url: `${product().url.replace('http', 'ws')}/graphql`,
      connectionParams: { authorization },
    })
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() })
    expect(await followedBy(client, 'apollo by socket')).toEqual(['apollo by socket'])
    await socket.dispose()
  })

  test('A partial answer is shown, with the code of what is missing', async () => {
    const { client } = await connect()
    const query = gql`
      query SignedOut {
        me {
          name
        }
        city(id: "2267057") {
          name
        }
      }
    `
    const { data, error } = await client.query<Data>({ query, errorPolicy: 'all' })
    expect(data).toMatchObject({ me: null, city: { name: 'Lisbon' } })
    expect(error).toMatchObject({ errors: [{ path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }] })
  })
})
