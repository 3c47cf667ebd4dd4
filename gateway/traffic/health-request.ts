/**
 * What the gateway asks a service in its own name, to find out whether it is well: what every
 * GraphQL server can answer, and nobody caused.
 */

import type { ServiceDefinition } from './call/kind.ts'
import type { CallContext } from './call/send.ts'
import { createHeaders } from './delivery.ts'
import type { HealthRequest, Instance } from './instance.ts'

const BODY = { bytes: Buffer.from('{"query":"{__typename}"}'), representations: undefined }

const context: CallContext = {
  requestId: 'health',
  caller: () => 'gateway',
  authorization: undefined,
  perspective: undefined,
  language: undefined,
  signal: undefined,
  idempotent: false,
  observe: () => undefined,
}

export function healthRequestTo(
  definition: ServiceDefinition,
  instance: Pick<Instance, 'path' | 'authorization'>,
  secret: string | undefined,
): HealthRequest {
  const headers = createHeaders(definition, secret)(instance, { context, body: BODY })
  return { method: 'POST', path: instance.path, headers, body: BODY.bytes }
}
