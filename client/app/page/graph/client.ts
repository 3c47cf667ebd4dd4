/** The client of the graph: one cache for the session of one user. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { relayStylePagination } from '@apollo/client/utilities'
import { accessToken } from '../sign-in/session.ts'
import { outageLink } from './outages.ts'

declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery {
        errorPolicy: 'all'
      }
      interface Query {
        errorPolicy: 'all'
      }
    }
  }
}

export function createClient(): ApolloClient {
  const authorization = new SetContextLink(async ({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${await accessToken()}` },
  }))
  return new ApolloClient({
    clientAwareness: { name: 'app' },
    link: ApolloLink.from([outageLink, authorization, new HttpLink({ uri: '/graphql' })]),
    cache: new InMemoryCache({
      typePolicies: {
        Account: { fields: { entries: relayStylePagination(['filter']), balance: { merge: true } } },
        City: { fields: { weather: { merge: true } } },
      },
    }),
    // Part of an answer is worth more than none; what is missing is told by `outages.ts`.
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' } },
  })
}
