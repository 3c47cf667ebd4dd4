/** What a domain hands over to be served: its schema, resolvers and settings. Types only. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import type { z } from 'zod'
import type { Logger } from '../../platform/process/log.ts'
import type { Registry } from '../../platform/process/prometheus.ts'
import type { ServiceRequest } from './service-request.ts'

export type Environment = Readonly<Record<string, string | undefined>>
// biome-ignore lint/suspicious/noExplicitAny: the type `@apollo/subgraph` itself gives to resolvers
type Resolvers = any

/** The domain's side of a running service. */
export interface Service<Context extends object> {
  readonly resolvers: Resolvers
  /** Made anew for each request. A rejection with a coded error is the answer. */
  context(request: ServiceRequest): Context | Promise<Context>
  /**
   * Headers that depend on what the resolvers did (`vary`, a stricter `cache-control`); asked for
   * after they have run.
   */
  headers?(context: Context): Readonly<Record<string, string>>
  /** A coded error for a fault that clients may know of: a database that is away. */
  explain?(error: unknown): GraphQLError | undefined
  /**
   * Answers signed GET and HEAD requests beside `/graphql` and `/health`; false where it has
   * nothing at `path`.
   */
  get?(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
  /** Rejects while the service cannot serve (a database is away); asked by `/health/ready`. */
  ready?(): Promise<void>
  /** Called after the last request. */
  close?(): Promise<void>
}

export interface ServiceDefinition<Shape extends z.ZodRawShape, Context extends object> {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  /** The SDL file. */
  readonly schema: URL
  /** Settings of its own, beside those of every service. */
  readonly settings: Shape
  /** What is wrong with several settings together. */
  faults?(env: Environment): readonly string[]
  /** @param registry what is put there is answered at `/metrics` */
  create(settings: Readonly<z.output<z.ZodObject<Shape>>>, log: Logger, registry: Registry): Promise<Service<Context>>
}
