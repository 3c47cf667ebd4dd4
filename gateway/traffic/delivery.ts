/**
 * Sends one call to one instance: headers by the service's kind, signature, deadline. Reports the
 * outcome to the instance's health checks.
 */
import { DECODED } from '../../platform/http/message/content-coding.ts'
import { listItems, pairsOf } from '../../platform/http/message/fields.ts'
import { claimHeaders } from '../../platform/protocol/claims.ts'
import {
  CALL_HEADER,
  CLAIMS_HEADER,
  PERSPECTIVE_HEADER,
  REQUEST_ID_HEADER,
  SIGNATURE_HEADER,
  type SignedRequest,
  sign,
} from '../../platform/protocol/signature.ts'
import { TRACE_HEADER } from '../../platform/protocol/trace-context.ts'
import type { ClientRules } from '../headers/to-client.ts'
import { compileRules, tellsCaller } from '../headers/to-service.ts'
import { CallFailure, isEvidence } from './call/failure.ts'
import type { ServiceDefinition } from './call/kind.ts'
import { largeTurn } from './call/large-answers.ts'
import type { CallContext, ServiceCall } from './call/send.ts'
import type { Reply } from './call/step.ts'
import { nextCallId } from './call-id.ts'
import { readRetryAfter } from './caller-backoff.ts'
import type { HttpAnswer } from './client/http-answer.ts'
import type { Sent } from './client/pool.ts'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import { readAnswer, readFreshness } from './reply.ts'
import type { Try } from './retry.ts'
import { doubtWriter, hearWriter } from './writer.ts'

export interface DeliveryOptions {
  readonly headersFor: HeadersFor
  /** Whether each call gets an id, which its answer must repeat. */
  readonly isNamed: boolean
  /** Called with the milliseconds that each whole answer took. @param now of `performance.now()` */
  readonly observe: (instance: Instance, milliseconds: number, now: number) => void
  /** Called for each failed try, unless its caller gave up. */
  readonly failed: (instance: Instance) => void
  /** Picks the headers of an answer that clients get; `undefined` if they get none. */
  readonly pick: ClientRules['pick'] | undefined
}

/** Makes the headers of a call. @param callId id that the answer must repeat */
export type HeadersFor = (
  instance: Pick<Instance, 'path' | 'authorization'>,
  call: Pick<ServiceCall, 'context' | 'body'>,
  callId?: string,
) => string[]

/**
 * Credentials go to stateful services, the perspective to stateless ones; only a header rule can
 * change that. The gateway's own credentials, from the address, are sent if the caller has none;
 * the two are never sent together.
 * @param secret signs every call; without it none is signed
 * @param method `GET` of a request that opens a WebSocket, which has no body
 */
export function createHeaders(
  service: ServiceDefinition,
  secret: string | undefined,
  method: 'POST' | 'GET' = 'POST',
): HeadersFor {
  const isTold = service.kind === 'stateful'
  const common = { service, secret, method }
  const written = writtenBy(service, isTold)
  if (!written)
    return (instance, call, callId) =>
      headersOf(common, instance, call, callId, isTold ? call.context.authorization : undefined)
  return (instance, call, callId) => {
    const ruled = written(call.context)
    const authorization = ruled.get('authorization')
    ruled.delete('authorization')
    const headers = headersOf(common, instance, call, callId, authorization)
    for (const [name, value] of ruled) headers.push(name, value)
    return headers
  }
}

/**
 * Applies a service's header rules to a client's headers; `undefined` for a service without rules.
 * @param isTold the service gets the caller's credentials without a rule
 */
export function writtenBy(
  service: ServiceDefinition,
  isTold: boolean,
): ((context: Pick<CallContext, 'authorization' | 'headers'>) => Map<string, string>) | undefined {
  if (service.headers === undefined) return undefined
  const claims = service.kind === 'stateful' ? service.claims : undefined
  const { tokenHeader } = service
  const reserved = [...Object.keys(claims ?? {}), ...(tokenHeader === undefined ? [] : [tokenHeader])]
  const apply = compileRules(service.headers, new Set(reserved))
  return ({ authorization, headers: client = {} }) => {
    const headers = new Map<string, string>()
    if (isTold && authorization !== undefined) headers.set('authorization', authorization)
    apply(headers, client, authorization)
    return headers
  }
}

/**
 * What hooks add takes the place of what rules wrote under the same name. Names and values
 * alternate.
 */
export function withAdded(headers: string[], added: readonly string[] | undefined): string[] {
  if (!added) return headers
  const names = new Set(added.filter((_, at) => at % 2 === 0))
  return [
    ...pairsOf(headers)
      .filter(([name]) => !names.has(name))
      .flat(),
    ...added,
  ]
}

interface Common {
  readonly service: ServiceDefinition
  readonly secret: string | undefined
  readonly method: 'POST' | 'GET'
}

function headersOf(
  { service, secret, method }: Common,
  { path, authorization: own }: Pick<Instance, 'path' | 'authorization'>,
  { context, body }: Pick<ServiceCall, 'context' | 'body'>,
  callId: string | undefined,
  callers: string | undefined,
): string[] {
  const { kind } = service
  const { requestId } = context
  const authorization = callers ?? own
  const perspective = kind === 'stateless' && secret !== undefined ? context.perspective : undefined
  const headers = [REQUEST_ID_HEADER, requestId]
  if (method === 'POST') headers.push('content-type', 'application/json')
  if (context.language !== undefined) headers.push('accept-language', context.language)
  if (context.traceparent !== undefined) headers.push(TRACE_HEADER, context.traceparent)
  if (authorization !== undefined) headers.push('authorization', authorization)
  if (perspective !== undefined) headers.push(PERSPECTIVE_HEADER, perspective)
  if (callId !== undefined) headers.push(CALL_HEADER, callId)
  const claims = claimsFor(service, context)
  if (claims) headers.push(CLAIMS_HEADER, claims.map(([name]) => name).join(), ...claims.flat())
  if (secret !== undefined) {
    const signed: SignedRequest = {
      method,
      path,
      body: body.bytes,
      authorization,
      perspective,
      requestId,
      callId,
      claims,
    }
    headers.push(SIGNATURE_HEADER, sign(secret, signed))
  }
  return headers
}

/** `undefined` if the service gets no claims. */
function claimsFor(service: ServiceDefinition, { claims }: CallContext): ReturnType<typeof claimHeaders> | undefined {
  if (service.kind !== 'stateful' || service.claims === undefined || claims === undefined) return undefined
  return claimHeaders(service.claims, claims)
}

const ACCEPTED = 'application/graphql-response+json, application/json;q=0.9'

/** Tries a call at the instance that the fleet picks. */
export function delivery(service: ServiceDefinition, fleet: Fleet, options: DeliveryOptions): Try {
  const { headersFor, isNamed, pick } = options
  const isForCaller = service.kind === 'stateful' || tellsCaller(service.headers)
  const judges = ({ status }: HttpAnswer, instance: Instance, headers: readonly string[]): boolean =>
    status >= 400 && isForCaller && judgesCaller(service, instance, headers)
  return async (work, asked) => {
    const { call, signal } = work
    if (signal?.aborted) throw new CallFailure('cancelled', 'given up before it was sent')
    const { context } = call
    const instance = fleet.pick(asked, call)
    if (!instance) throw unfit(fleet, context)
    asked.add(instance)
    const started = performance.now()
    const traced = call.trace?.tries(instance.url, work.isHedge === true, call.body.bytes.length)
    let sent: Sent | undefined
    const abort = (): void => sent?.cancel(new CallFailure('cancelled', 'given up by the caller'))
    signal?.addEventListener('abort', abort, { once: true })
    instance.inFlight += 1
    try {
      const callId = isNamed ? nextCallId() : undefined
      const headers = withAdded(headersFor(instance, call, callId), call.added)
      headers.push('accept', ACCEPTED, 'accept-encoding', DECODED)
      sent = instance.http.send({
        method: 'POST',
        path: instance.path,
        headers,
        body: call.body.bytes,
        deadline: work.deadline,
        callId,
      })
      const received = await sent.answer
      const took = performance.now() - started
      instance.answers += 1
      hearWriter(instance, received)
      if (received.status === 429 || received.status === 503) obey(received, instance, context)
      const turn = largeTurn(context, received.body.length)
      if (turn) await turn
      if (signal?.aborted) throw new CallFailure('cancelled', 'given up before its answer was read')
      const { answer, hasErrors } = readAnswer(received, judges(received, instance, headers), call.read)
      options.observe(instance, took, started + took)
      instance.failureDetector.succeeded()
      traced?.answered()
      call.trace?.received(received.body.length)
      return {
        answer,
        freshness: readFreshness(isForCaller, received, hasErrors),
        tags: listItems(received.fields.get('cache-tag') ?? ''),
        headers: pick && received.head !== undefined ? pick(received.head, !isForCaller) : undefined,
      } satisfies Reply
    } catch (error) {
      report(instance, error)
      traced?.failed(error)
      if (!(error instanceof CallFailure && error.kind === 'cancelled')) options.failed(instance)
      throw error
    } finally {
      instance.inFlight -= 1
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** Why no instance can be called: all are unhealthy, or asked this caller to stay away. */
function unfit({ instances }: Fleet, context: CallContext): CallFailure {
  const now = performance.now()
  const left = instances.filter(({ breaker }) => breaker.admits(now)).map(({ backoff }) => backoff.left(context))
  if (left.length === 0) return new CallFailure('overload', 'no instance is fit to be asked')
  const retryAfter = Math.ceil(Math.min(...left) / 1000)
  return new CallFailure('held', 'every instance asked to be left alone', { retryAfter })
}

function obey({ fields }: HttpAnswer, { backoff }: Instance, context: CallContext): void {
  const retryAfter = readRetryAfter(fields.get('retry-after'))
  if (retryAfter !== undefined) backoff.holdOff(context, retryAfter)
}

/**
 * Whether refused credentials are, or would have been, the caller's: neither those of the address
 * nor the constant of a rule.
 * @param headers as they were sent
 */
export function judgesCaller(
  service: ServiceDefinition,
  { authorization: own }: Pick<Instance, 'authorization'>,
  headers: readonly string[],
): boolean {
  const sent = new Map(pairsOf(headers)).get('authorization')
  if (sent === undefined) return true
  const isConstant = service.headers?.some(({ insert, value }) => insert === 'authorization' && value === sent)
  return sent !== own && isConstant !== true
}

/** Reports a failed try to the instance's health checks. */
function report(instance: Instance, error: unknown): void {
  const { breaker, failureDetector, url } = instance
  if (error instanceof CallFailure) {
    error.instance = url
    if (isEvidence(error)) doubtWriter(instance)
    failureDetector.failed(error)
  } else breaker.abandoned()
}
