/**
 * Apollo Server as the host of one schema: it runs its life cycle; the policies before it and the
 * engine behind it are ours.
 */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface'
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql'
import type { Logger } from '../../platform/process/log.ts'
import type { KnownOperation } from '../document/documents.ts'
import type { Exchange, Parameters } from '../exchange/exchange.ts'
import { hideHint } from '../exchange/hints.ts'
import { maskError } from '../exchange/mask.ts'
import type { Outcome } from '../exchange/outcome.ts'
import type { CallContext } from '../traffic/call/send.ts'

/** What the engine finds as its `context`. */
export interface HostContext {
  readonly exchange: Exchange
  readonly call: CallContext
  readonly operation: KnownOperation
}

export interface Host {
  execute(parameters: Parameters, context: HostContext): Promise<Outcome>
  stop(): Promise<void>
}

export interface HostOptions {
  readonly schema: GraphQLSchema
  /** As composed; Apollo Server tells its plugins. */
  readonly supergraph: string
  readonly executor: GatewayExecutor
  /** Keep the schema's names out of messages about mistakes. */
  readonly hideSchema: boolean
  readonly log: Logger
}

export async function startHost({ schema, supergraph, executor, hideSchema, log }: HostOptions): Promise<Host> {
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: supergraph })
      return () => undefined
    },
    load: async () => ({ executor }),
    stop: async () => undefined,
  }
  const apollo = new ApolloServer<HostContext>({
    gateway,
    introspection: true, // decided by a policy
    csrfPrevention: false, // likewise
    persistedQueries: false, // likewise
    dangerouslyDisableValidation: true, // likewise: whatever comes here is valid
    documentStore: null, // documents are kept by `documents.ts`
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false, // likewise: its pattern takes a minute for a message that is made to hurt
    stopOnTerminationSignals: false,
    logger: log,
    plugins: [
      maskErrors(log, hideSchema),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  })
  await apollo.start()
  return {
    async execute({ query, operationName, variables }, contextValue) {
      const { body } = await apollo.executeOperation(
        { query, ...(operationName !== undefined && { operationName }), ...(variables && { variables }) },
        { contextValue },
      )
      if (body.kind !== 'single') throw new Error('the engine answered in parts')
      const { data, errors } = body.singleResult
      return { ...(data !== undefined && { data }), ...(errors && errors.length > 0 && { errors }) }
    },
    stop: () => apollo.stop(),
  }
}

const maskErrors = (log: Logger, hideSchema: boolean): ApolloServerPlugin<HostContext> => ({
  requestDidStart: async () => ({
    willSendResponse: async ({ response: { body }, errors: originals, contextValue: { exchange } }) => {
      if (body.kind !== 'single' || !body.singleResult.errors) return
      const shown = (error: GraphQLFormattedError): GraphQLFormattedError =>
        hideSchema ? { ...error, message: hideHint(error.message) } : error
      body.singleResult.errors = body.singleResult.errors.map((error, index) =>
        maskError(shown(error), exchange.requestId, log, originals?.[index]),
      )
    },
  }),
})
