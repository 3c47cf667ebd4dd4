/**
 * Apollo Server as the host of one schema: it runs its life cycle, and its plugins see each document
 * once, when it is met for the first time. The policies before it and the engine behind it are ours.
 */
import { hash } from 'node:crypto'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'

export interface Host {
  /**
   * Has the plugins see a valid document that is new (`didResolveSource`, `didResolveOperation`).
   * Rejects with an AggregateError of what a plugin refuses.
   */
  announce(query: string, document: DocumentNode): Promise<void>
  stop(): Promise<void>
}

export interface HostOptions {
  readonly schema: GraphQLSchema
  /** As composed; Apollo Server tells its plugins. */
  readonly supergraph: string
  readonly plugins?: readonly ApolloServerPlugin[]
  readonly log: Logger
}

export async function startHost({ schema, supergraph, plugins = [], log }: HostOptions): Promise<Host> {
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: supergraph })
      return () => undefined
    },
    load: async () => ({ executor: async () => ({}) }), // `announcedOnly` answers before it
    stop: async () => undefined,
  }
  /** Documents that are being announced, by the SHA-256 of their texts: parsed and valid already. */
  const announced = new Map<string, DocumentNode>()
  const apollo = new ApolloServer({
    gateway,
    introspection: true, // decided by a policy
    csrfPrevention: false, // likewise
    persistedQueries: false, // likewise
    documentStore: {
      get: async (key) => announced.get(key.slice(-SHA_256_LENGTH)),
      set: async () => undefined,
      delete: async () => undefined,
    },
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

/** Ends Apollo Server's part before it would execute anything. */
const announcedOnly: ApolloServerPlugin = {
  requestDidStart: async () => ({
    responseForOperation: async ({ response: { http } }) => ({
      http,
      body: { kind: 'single', singleResult: { data: null } },
    }),
  }),
}
