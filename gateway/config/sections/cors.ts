/** What web pages of other origins may send and read. */
import { z } from 'zod'
import { headerName, list, origin } from './values.ts'

/** Headers of GraphQL clients, and of tracing. */
const defaultAllowedHeaders = [
  'content-type',
  'authorization',
  'x-request-id',
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
  'if-none-match',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
]

const defaultExposedHeaders = ['x-request-id', 'retry-after']

export const corsSection = z
  .strictObject({
    /** Origins whose pages may call. */
    origins: list(origin).default([]),
    /** Request headers that those pages may send. */
    allowedHeaders: list(headerName).default(defaultAllowedHeaders),
    /** Response headers that those pages may read. */
    exposedHeaders: list(headerName).default(defaultExposedHeaders),
  })
  .prefault({})

export type Cors = z.output<typeof corsSection>
