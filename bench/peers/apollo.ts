/** Bare Apollo: `@apollo/server` as it comes over `@apollo/gateway` as it comes, forwarding `Authorization`. The baseline. */
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true' // before it is loaded, or it calls home

import { readFile } from 'node:fs/promises'

const { ApolloGateway, RemoteGraphQLDataSource } = await import('@apollo/gateway')
const { ApolloServer } = await import('@apollo/server')
const { startStandaloneServer } = await import('@apollo/server/standalone')

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
  supergraphSdl: await readFile(process.env['SUPERGRAPH'] ?? '', 'utf8'),
  buildService: ({ url }) => new ForwardingDataSource({ url: url ?? '' }),
})
const server = new ApolloServer<Context>({ gateway, introspection: false })
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => (req.headers.authorization ? { authorization: req.headers.authorization } : {}),
})
console.log(`ready ${url}`)
