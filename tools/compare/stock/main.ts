/**
 * A process: `@apollo/server` over the stock `@apollo/gateway`, with their defaults, on the
 * supergraph `SUPERGRAPH`. It forwards `Authorization`, and the headers that `FORWARD` names.
 */
import { readFile } from 'node:fs/promises'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { pino } from 'pino'
import { isNodeGraph } from '../../../gateway/supergraph/node-graph.ts'
import { nodeSource } from './node-source.ts'

interface Context {
  readonly headers?: ReadonlyMap<string, string>
}

class ForwardingDataSource extends RemoteGraphQLDataSource<Context> {
  override willSendRequest({
    request,
    context,
  }: Parameters<NonNullable<RemoteGraphQLDataSource<Context>['willSendRequest']>>[0]): void {
    for (const [name, value] of context.headers ?? []) request.http?.headers.set(name, value)
  }
}

const { SUPERGRAPH = '', FORWARD = '' } = process.env
const forwarded = ['authorization', ...FORWARD.split(',').filter((name) => name !== '')]

try {
  const supergraphSdl = await readFile(SUPERGRAPH, 'utf8')
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url = '' }) =>
      isNodeGraph({ url }) ? nodeSource(supergraphSdl) : new ForwardingDataSource({ url }),
  })
  const logger = pino({ level: 'silent' }) // it would log each error of a service
  const server = new ApolloServer<Context>({ gateway, introspection: true, logger })
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async ({ req }) => ({
      headers: new Map(
        forwarded.flatMap((name): [string, string][] => {
          const value = req.headers[name]
          return typeof value === 'string' ? [[name, value]] : []
        }),
      ),
    }),
  })
  console.log(`ready ${url}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
