/** Executes operations with Apollo Gateway, on our own traffic. */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway' // Elastic License 2.0; composes, plans and executes federated queries
import type { GatewayExecutor } from '@apollo/server-gateway-interface'
import type { GraphQLSchema } from 'graphql'
import type { Logger } from '../process/log.ts'
import type { HostContext } from '../request/host.ts'
import type { Send } from '../traffic/send.ts'

export interface Engine {
  readonly schema: GraphQLSchema
  readonly executor: GatewayExecutor
  close(): Promise<void>
}

export async function openStockEngine(supergraph: string, send: Send, log: Logger): Promise<Engine> {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true'
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph,
    buildService: ({ name }) => dataSource(name, send),
    __exposeQueryPlanExperimental: false,
    logger: { debug: () => undefined, info: () => undefined, warn: log.warn.bind(log), error: log.warn.bind(log) },
  })
  const { schema, executor } = await gateway.load()
  return { schema, executor, close: () => gateway.stop() }
}

/** The gateway merges what it gets into one tree and changes it, so each call gets a copy of its own. */
const dataSource = (service: string, send: Send): GraphQLDataSource => ({
  async process({ request, context }) {
    const { query = '', variables } = request
    const { call } = context as HostContext
    const operation = query.trimStart().startsWith('mutation') ? 'mutation' : 'query'
    const answer = await send({ service, operation, body: JSON.stringify({ query, variables }), context: call })
    return structuredClone({ data: answer.data ?? null, ...(answer.errors && { errors: answer.errors }) })
  },
})
