/**
 * The signed-in user's connection: renews tokens, pays once, and keeps pending requests over
 * reloads.
 */
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client'
import { cacheOptions, tributaryLink } from '../../../apollo/index.ts'
import { type Connection, createConnection } from '../../../connection/connection.ts'
import { session } from '../sign-in/session.ts'
import { endIntent } from './intents.ts'
import { outageLink } from './outages.ts'
import { tellSettled } from './settled.ts'

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

export interface Graph {
  readonly client: ApolloClient
  readonly connection: Connection
}

const URL_OF_GRAPH = `${location.origin}/graphql`

export function openGraph(): Graph {
  const connection = createConnection({
    url: URL_OF_GRAPH,
    client: { name: 'app' },
    token: session.token,
    onSettled(pending, answer) {
      tellSettled(pending, answer)
      void endIntent(connection, pending)
      void client.refetchQueries({ include: 'active' })
    },
  })
  const client = new ApolloClient({
    // Below the library's link, so that it sees each attempt.
    link: tributaryLink(connection, outageLink.concat(new HttpLink({ uri: URL_OF_GRAPH }))),
    cache: new InMemoryCache(cacheOptions()),
    // Shows partial answers; `outages.ts` reports what is missing.
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' } },
  })
  return { client, connection }
}
