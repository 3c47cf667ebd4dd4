/**
 * Apollo Server as the host of one schema: it runs its life cycle, and its plugins see each new
 * document once. The gateway's own policies and engine do the rest.
 */
import { hash } from 'node:crypto'
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, type BaseContext } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'

interface ApolloHost {
  /**
   * Shows the plugins a new valid document (`didResolveSource`, `didResolveOperation`). Rejects
   * with an AggregateError of their refusals.
   */
  announce(query: string, document: DocumentNode): Promise<void>
  stop(): Promise<void>
}

interface ApolloOptions {
  readonly schema: GraphQLSchema
  /** Apollo Server passes it to plugins. */
  readonly supergraph: string
  readonly plugins?: readonly ApolloServerPlugin[]
  readonly log: Logger
}

export async function startApollo({ schema, supergraph, plugins = [], log }: ApolloOptions): Promise<ApolloHost> {
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: supergraph })
      return () => undefined
    },
    load: async () => ({ executor: async () => ({}) }), // `announcedOnly` answers before it
    stop: async () => undefined,
  }
  /** Documents that are being announced, parsed and valid, by the SHA-256 of their texts. */
  const announced = new Map<string, DocumentNode>()
  const store: ApolloServerOptions<BaseContext>['documentStore'] = {
    get: async (key) => announced.get(key.slice(-SHA_256_LENGTH)),
    set: async () => undefined,
    delete: async () => undefined,
  }
  const apollo = new ApolloServer({
    gateway,
    introspection: true, // decided by a policy
    csrfPrevention: false, // likewise
    persistedQueries: false, // likewise
    // With a store of its own the library would print the whole schema first.
    documentStore: plugins.length === 0 ? null : store,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: log,
    plugins: [
      ...plugins,
      announcedOnly,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  })
  await apollo.start()
  return {
    async announce(query, document) {
      if (plugins.length === 0) return
      const key = hash('sha256', query)
      announced.set(key, document)
      const { body } = await apollo.executeOperation({ query }).finally(() => announced.delete(key))
      const refusals = body.kind === 'single' ? (body.singleResult.errors ?? []) : []
      if (refusals.length === 0) return
      throw new AggregateError(refusals.map(({ message, extensions }) => new GraphQLError(message, { extensions })))
    },
    stop: () => apollo.stop(),
  }
}

const SHA_256_LENGTH = 64 // characters, in hexadecimal

/** Stops Apollo Server before it executes anything. */
const announcedOnly: ApolloServerPlugin = {
  requestDidStart: async () => ({
    responseForOperation: async ({ response: { http } }) => ({
      http,
      body: { kind: 'single', singleResult: { data: null } },
    }),
  }),
}
