/** Brings one call to one instance: headers by the service's kind, signature, deadline, and what the outcome says of the instance's health. */
import { listItems } from '../process/fields.ts'
import {
  CALL_HEADER,
  PERSPECTIVE_HEADER,
  REQUEST_ID_HEADER,
  SIGNATURE_HEADER,
  type SignedRequest,
  sign,
} from '../protocol/signature.ts'
import { readAnswer, readFreshness } from './answer.ts'
import { nextCallId } from './call-id.ts'
import type { Sent } from './client/pool.ts'
import { CallFailure } from './failure.ts'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import type { ServiceDefinition } from './kind.ts'
import type { Try } from './retry.ts'
import type { Reply, Work } from './step.ts'

export interface DeliveryOptions {
  /** Signs every call; without it none is signed. */
  readonly secret: string | undefined
  /** Told how long each whole answer took, in milliseconds. */
  readonly observe: (milliseconds: number) => void
}

/**
 * Credentials go to stateful services and the perspective to stateless ones: neither kind learns what is not for it.
 * @param callId where the answer comes over a connection that carries others
 */
export function headersFor(
  { kind }: ServiceDefinition,
  path: string,
  { call, text }: Pick<Work, 'call' | 'text'>,
  secret: string | undefined,
  callId?: string,
): string[] {
  const { requestId } = call.context
  const authorization = kind === 'stateful' ? call.context.authorization : undefined
  const perspective = kind === 'stateless' && secret !== undefined ? call.context.perspective : undefined
  const headers = ['content-type', 'application/json', REQUEST_ID_HEADER, requestId]
  if (call.context.language !== undefined) headers.push('accept-language', call.context.language)
  if (authorization !== undefined) headers.push('authorization', authorization)
  if (perspective !== undefined) headers.push(PERSPECTIVE_HEADER, perspective)
  if (callId !== undefined) headers.push(CALL_HEADER, callId)
  if (secret !== undefined) {
    const signed: SignedRequest = { method: 'POST', path, body: text, authorization, perspective, requestId, callId }
    headers.push(SIGNATURE_HEADER, sign(secret, signed))
  }
  return headers
}

/** A try at the instance the fleet picks. */
export function delivery(service: ServiceDefinition, fleet: Fleet, options: DeliveryOptions): Try {
  return async (work, asked) => {
    const { signal } = work
    if (signal?.aborted) throw new CallFailure('cancelled', 'given up before it was sent')
    const instance = fleet.pick(asked)
    if (!instance) throw new CallFailure('overload', 'no instance is fit to be asked')
    asked.add(instance)
    const started = performance.now()
    let sent: Sent | undefined
    const abort = (): void => sent?.cancel(new CallFailure('cancelled', 'given up by the caller'))
    signal?.addEventListener('abort', abort, { once: true })
    instance.inFlight += 1
    try {
      const callId = options.secret === undefined ? undefined : nextCallId()
      const headers = headersFor(service, instance.path, work, options.secret, callId)
      sent = instance.http.send({
        method: 'POST',
        path: instance.path,
        headers,
        body: work.text,
        deadline: work.deadline,
        callId,
      })
      const received = await sent.answer
      // What is kept must not hold on to the text it came in.
      const mayBeKept = service.kind === 'stateless' && received.fields.has('cache-control')
      const answer = readAnswer(received, mayBeKept ? undefined : work.call.read)
      options.observe(performance.now() - started)
      instance.breaker.succeeded()
      return {
        answer,
        freshness: readFreshness(service.kind, received, answer),
        bytes: received.bytes,
        tags: listItems(received.fields.get('cache-tag') ?? ''),
      } satisfies Reply
    } catch (error) {
      report(instance, error)
      throw error
    } finally {
      instance.inFlight -= 1
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** What a failed try says of the instance. */
export function report({ breaker, url }: Instance, error: unknown): void {
  if (error instanceof CallFailure) error.instance = url
  if (error instanceof CallFailure && error.kind !== 'cancelled') breaker.failed(performance.now())
  else breaker.abandoned()
}
