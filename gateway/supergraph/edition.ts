/** One supergraph in service: its schema, the documents met under it, and what executes them. A new supergraph is a new edition. */
import { hash } from 'node:crypto'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { createEngine, defaultEngineOptions, type Engine } from '../execution/engine.ts'
import { createExecutor } from '../execution/executor.ts'
import type { Limits } from '../limits/limits.ts'
import type { Logger } from '../process/log.ts'
import { createDocuments, type Documents } from '../request/documents.ts'
import { createExecute, type Execute } from '../request/execute.ts'
import { type HostContext, startHost } from '../request/host.ts'
import type { Policies } from '../request/policies.ts'
import { createSubscribe, type Subscribe } from '../subscriptions/subscribe.ts'
import type { Traffic } from '../traffic/traffic.ts'
import type { Graph } from './graphs.ts'

export interface Edition {
  /** SHA-256 of the supergraph, in hex. */
  readonly id: string
  readonly supergraph: string
  readonly traffic: Traffic
  readonly schema: GraphQLSchema
  /** True where clients must not learn the schema from messages about their mistakes. */
  readonly hideSchema: boolean
  readonly documents: Documents
  readonly execute: Execute
  readonly subscribe: Subscribe
  /** Has an operation of a valid document planned and compiled, so that the first request finds it ready. */
  plan(query: string, document: DocumentNode, operationName: string | undefined): Promise<void>
  /** Call it when no request uses the edition any more. */
  close(): Promise<void>
}

export interface EditionOptions {
  readonly limits: Limits
  readonly policies: Policies
  /** Opens the way to the services that the supergraph joins; throws where one of them is nowhere. */
  readonly openTraffic: (graphs: readonly Graph[]) => Traffic
  readonly hideSchema: boolean
  readonly log: Logger
}

/** Rejects where the text is no supergraph the gateway can serve. */
export async function openEdition(supergraph: string, options: EditionOptions): Promise<Edition> {
  const { log } = options
  const engine = await createEngine(supergraph, {
    ...defaultEngineOptions,
    onSlowPlan: (operation, milliseconds) => log.info({ operation, milliseconds }, 'an operation took long to plan'),
    onUnplannable: (operation, reason) => log.error({ operation, reason }, 'an operation could not be planned'),
  })
  try {
    const traffic = options.openTraffic(engine.facts.services)
    return await assemble(engine, traffic, options).catch(async (error: unknown) => {
      await traffic.close()
      throw error
    })
  } catch (error) {
    await engine.close()
    throw error
  }
}

async function assemble(
  engine: Engine,
  traffic: Traffic,
  { limits, policies, hideSchema, log }: EditionOptions,
): Promise<Edition> {
  const { schema, supergraph, facts } = engine
  const executor = createExecutor(engine, traffic.send, (context) => {
    const { call, operation } = context as HostContext
    return { call, document: operation.document.node }
  })
  const host = await startHost({ schema, supergraph, executor, hideSchema, log })
  const execute = createExecute({ host, engine, traffic, hideSchema, log })
  return {
    id: hash('sha256', supergraph, 'hex'),
    supergraph,
    traffic,
    schema,
    hideSchema,
    documents: createDocuments({ schema, hideSchema, limits, declared: facts.costs }, policies.document),
    execute: (exchange, operation, reply) =>
      policies.takeTurn(exchange, operation, reply, () => execute(exchange, operation, reply)),
    subscribe: createSubscribe({ engine, traffic, log }),
    async plan(query, document, operationName) {
      await engine.prepare(query, document, operationName).warm()
    },
    async close() {
      await host.stop()
      await engine.close()
      await traffic.close()
    },
  }
}
