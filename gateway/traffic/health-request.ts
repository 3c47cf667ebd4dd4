/**
 * The gateway's own health request to a service: any GraphQL server can answer it, and no caller
 * influences it.
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
