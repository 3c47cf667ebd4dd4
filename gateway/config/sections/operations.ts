/** Which operations run, and which clients may send by an id. */
import { z } from 'zod'
import { headerName, list, onOff, whole } from './values.ts'

/** Where a client tells its name; the first header that is there counts. */
export const CLIENT_NAME_HEADERS: readonly string[] = ['apollographql-client-name', 'graphql-client-name']

export const CLIENT_VERSION_HEADERS: readonly string[] = ['apollographql-client-version', 'graphql-client-version']

/** Manifests, and folders of `.graphql` files. */
const paths = list(z.string())

/** The registered operations; none are without it. */
export const safelistSection = z
  .strictObject({
    /**
     * `enforce`: no other operation runs; `log`: others are reported; `off`: lists only resolve
     * ids.
     */
    mode: z.enum(['off', 'log', 'enforce'], 'must be off, log or enforce').default('enforce'),
    /** Manifests for all clients. */
    manifests: paths.default([]),
    /** Additional manifests for some clients, by the name that they send. */
    clients: z.record(z.string(), paths.min(1, 'must name at least one file')).default({}),
    /** Where a client tells its name; the first header that is there counts. */
    clientHeaders: list(headerName).default([...CLIENT_NAME_HEADERS]),
  })
  .superRefine(({ manifests, clients }, context) => {
    if (manifests.length === 0 && Object.keys(clients).length === 0)
      context.addIssue({ code: 'custom', path: ['manifests'], message: 'must name at least one file' })
  })
  .optional()

export const operationsSection = z
  .strictObject({
    safelist: safelistSection,
    /** Whether `@defer` is in the schema, and answered in parts to clients that take them. */
    defer: onOff.default(true),
    /** Automatic persisted queries. A safelist in mode `enforce` takes their place. */
    persisted: z
      .strictObject({
        automatic: onOff.default(true),
        /** Bytes of texts in the memory of this process. */
        bytes: whole(1).default(16 * 1024 * 1024),
        /** `redis`: also in Redis, for several gateways together. */
        store: z.enum(['memory', 'redis'], 'must be memory or redis').default('memory'),
        /** Seconds that Redis keeps a text after it was sent last. */
        maxAge: whole(1, 31 * 86_400).default(86_400),
        /** Milliseconds that a request waits for Redis at most. */
        redisTimeout: whole(1, 1_000).default(50),
      })
      .prefault({}),
    /** Operations that one request may hold as a list; 0 refuses lists. */
    batchSize: whole(0, 1_000).default(0),
  })
  .prefault({})

export type Safelist = z.output<typeof safelistSection>

export type OperationSettings = z.output<typeof operationsSection>
