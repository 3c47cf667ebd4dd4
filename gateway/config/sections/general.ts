/** Settings of the gateway as a process. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { isNetwork } from '../../../platform/http/message/client-address.ts'
import { gatewaySecret, logLevel } from '../../../platform/process/settings.ts'
import { hidden, host, list, onOff, port } from './values.ts'

const WORKERS = 'must be a number of processes, 0 for one per core'

export const generalSettings = {
  /** The address to listen on. */
  host: host.default('127.0.0.1'),
  /** 0 takes any free one. */
  port: port.default(4000),
  /** Processes that share the port; 0 is one per core. */
  workers: z
    .number(WORKERS)
    .int(WORKERS)
    .min(0, WORKERS)
    .max(999, WORKERS)
    .transform((count) => count || availableParallelism())
    .default(1),
  logLevel: logLevel.default('info'),
  /** The demo identity's folder. */
  dataDir: z.string().default('.data'),
  /** No demo identity, no introspection, and no schema in error messages. */
  production: onOff.default(false),
  /** False if Node's HTTP server parses every request. */
  fastPath: onOff.default(true),
  /** IP addresses and networks of proxies that may report a client's address. */
  trustedProxies: list(z.string().refine(isNetwork, 'must be IP addresses or networks')).default([]),
  /** A file, from the configuration's folder; without it the supergraph of the registry. */
  supergraph: z.string().optional(),
  /** Shared with the services; without it calls are not signed. */
  secret: hidden(gatewaySecret).optional(),
  /** Whether `/` serves the playground; off in production unless it is set. */
  playground: onOff.optional(),
} as const
