/** What a domain provides to be served: schema, resolvers and settings. Types only. */
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
  /** Called for each request. If it rejects with a coded error, that is the answer. */
  context(request: ServiceRequest): Context | Promise<Context>
  /**
   * Headers that depend on the resolvers (`vary`, a stricter `cache-control`); called after they
   * have run.
   */
  headers?(context: Context): Readonly<Record<string, string>>
  /** A coded error for a fault that clients may see, such as an unreachable database. */
  explain?(error: unknown): GraphQLError | undefined
  /**
   * Answers signed GET and HEAD requests other than `/graphql` and `/health`; false if it has
   * nothing at `path`.
   */
  get?(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
  /** Answers POST requests at paths of its own, as JSON; undefined if it has nothing at `path`. */
  post?(request: IncomingMessage, path: string): Promise<string> | undefined
  /**
   * Whether this instance writes for all: it says so in each answer, and the gateway sends
   * mutations to it. Left out if none is preferred.
   */
  writes?(): boolean
  /** Called once it listens. @param url its base address */
  listening?(url: string): void
  /** Called when it is to stop, before it drains: other instances may take over from it. */
  retire?(): Promise<void>
  /**
   * Rejects while the service cannot serve, for example without its database; called by
   * `/health/ready`.
   */
  ready?(): Promise<void>
  /** The name for people of the store that `ready` checks; sent to the gateway. */
  readonly store?: string
  /** Called after the last request. */
  close?(): Promise<void>
}

export interface ServiceDefinition<Shape extends z.ZodRawShape, Context extends object> {
  readonly name: string
  readonly kind: 'stateful' | 'stateless'
  /** The SDL file. */
  readonly schema: URL
  /** Its own settings, besides those of every service. */
  readonly settings: Shape
  /** Faults of settings in combination. */
  faults?(env: Environment): readonly string[]
  /** @param registry its metrics are served at `/metrics` */
  create(settings: Readonly<z.output<z.ZodObject<Shape>>>, log: Logger, registry: Registry): Promise<Service<Context>>
}
