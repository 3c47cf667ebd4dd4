/**
 * The baseline: `@apollo/server` over `@apollo/gateway` with their defaults, forwarding
 * `Authorization`.
 */
import { readFile } from 'node:fs/promises'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { supergraph } from './settings.ts'

interface Context {
  readonly authorization?: string
}

class ForwardingDataSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<Context>['willSendRequest']>>[0]): void {
    if (context.authorization) request.http?.headers.set('authorization', context.authorization)
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraph, 'utf8'),
  buildService: ({ url }) => new ForwardingDataSource({ url: url ?? '' }),
})
const server = new ApolloServer<Context>({ gateway, introspection: false })
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => (req.headers.authorization ? { authorization: req.headers.authorization } : {}),
})
console.log(`ready ${url}`)
