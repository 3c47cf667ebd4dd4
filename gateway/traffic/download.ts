/**
 * Fetches a file that a service serves itself (an image, a statement) and streams it to the client.
 * Keeps nothing, and does not tell the service who asks.
 */

import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Dispatcher } from 'undici'
import { REQUEST_ID_HEADER, SIGNATURE_HEADER, sign } from '../../platform/protocol/signature.ts'
import { type Named, TRACE_HEADER } from '../../platform/protocol/trace-context.ts'
import { tellsCaller } from '../headers/to-service.ts'
import { CallFailure } from './call/failure.ts'
import type { ServiceDefinition } from './call/kind.ts'
import { writtenBy } from './delivery.ts'
import type { Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'

export interface Download extends Named {
  readonly method: 'GET' | 'HEAD'
  /** Path and query string, as the client sent them. */
  readonly path: string
  /** The client's token, wherever the request carried it; only a rule forwards it. */
  readonly authorization: string | undefined
  /** Headers about what the client has already, or which part it wants; see `ASKED`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Headers that decide the answer and do not identify the client. */
const ASKED = ['accept', 'if-none-match', 'if-modified-since', 'if-range', 'range']
const ANSWERED = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
  'vary',
  'x-content-type-options',
]
const MAX_TRIES = 3 // instances asked for one file
const TIMEOUTS: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])
const STALL = 30_000 // milliseconds without a byte

/**
 * Writes the answer to `response`. Rejects with a `CallFailure` only while nothing was written yet.
 */
export async function download(
  service: ServiceDefinition,
  fleet: Fleet,
  secret: string | undefined,
  wanted: Download,
  response: ServerResponse,
): Promise<void> {
  const { deadline } = service
  const ruled = ruledFor(service, wanted)
  const asked = new Set<Instance>()
  for (let tries = 1; ; tries += 1) {
    const instance = fleet.pick(asked)
    if (!instance) throw new CallFailure('overload', 'no instance is fit to be asked')
    asked.add(instance)
    instance.inFlight += 1
    try {
      const answer = await request(instance, secret, wanted, deadline, ruled)
      judge(instance, answer)
      if (tries < MAX_TRIES && isShedding(answer) && fleet.instances.some((other) => !asked.has(other))) {
        await answer.body.dump()
        continue
      }
      await passOn(answer, response, tellsCaller(service.headers))
      return
    } catch (error) {
      // After the first byte only a cut is possible: half a file must not look complete.
      if (response.headersSent) return void response.destroy()
      if (isTimeout(error)) {
        // The duration of a download says nothing about the instance's other calls.
        instance.breaker.abandoned()
        throw new CallFailure('timeout', `${instance.url}: ${String(error)}`, { cause: error })
      }
      const failure = new CallFailure('connection', `${instance.url}: ${String(error)}`, { cause: error })
      instance.failureDetector.failed(failure)
      if (tries === MAX_TRIES) throw failure
    } finally {
      instance.inFlight -= 1
    }
  }
}

/** Headers that rules add. The token reaches only a service whose rule names it. */
const ruledFor = (service: ServiceDefinition, wanted: Download): ReadonlyMap<string, string> | undefined =>
  writtenBy(service, false)?.(wanted)

/** True if the instance sheds load; another may have room. */
const isShedding = ({ statusCode, headers }: Dispatcher.ResponseData): boolean =>
  statusCode === 503 && headers['retry-after'] !== undefined

/** One file alone may be at fault: as with calls, the gateway's own health request decides. */
function judge({ failureDetector }: Instance, answer: Dispatcher.ResponseData): void {
  const { statusCode } = answer
  if (statusCode < 500 || isShedding(answer)) failureDetector.succeeded()
  else failureDetector.failed(new CallFailure('fault', `status ${statusCode}`))
}

const LATE = new Error('no answer within the deadline')

const isTimeout = (error: unknown): boolean =>
  error === LATE || (error instanceof Error && 'code' in error && TIMEOUTS.has(error.code))

/**
 * The head of an answer, within the deadline even if all connections are in use: clients that do
 * not read their downloads hold them.
 */
async function request(
  { files, authorization: own }: Instance,
  secret: string | undefined,
  { method, path, headers, requestId, traceparent }: Download,
  deadline: number,
  ruled: ReadonlyMap<string, string> | undefined,
): Promise<Dispatcher.ResponseData> {
  const leaving = new AbortController()
  // The signal alone does not end a request that waits for a connection.
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(LATE)
    leaving.abort(LATE)
  }, deadline)
  const sent: Record<string, string> = { ...Object.fromEntries(ruled ?? []), [REQUEST_ID_HEADER]: requestId }
  if (traceparent !== undefined) sent[TRACE_HEADER] = traceparent
  const authorization = ruled?.get('authorization') ?? own
  for (const name of ASKED) {
    const value = headers[name]
    if (typeof value === 'string') sent[name] = value
  }
  if (authorization !== undefined) sent['authorization'] = authorization
  const signed = { method, path, body: '', authorization, perspective: undefined, requestId }
  if (secret !== undefined) sent[SIGNATURE_HEADER] = sign(secret, signed)
  try {
    const { signal } = leaving
    const options = { method, path, headers: sent, signal, headersTimeout: deadline, bodyTimeout: STALL }
    return await Promise.race([files.request(options), late])
  } finally {
    clearTimeout(timer)
  }
}

/** @param isForCaller no cache may keep it, whatever the service allows */
async function passOn(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  response: ServerResponse,
  isForCaller: boolean,
): Promise<void> {
  const shown = ANSWERED.flatMap((name) => {
    const value = headers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const vary = [response.getHeader('vary'), headers['vary']].filter((value) => value !== undefined).join(', ')
  const cacheControl = isForCaller && { 'cache-control': 'private, no-store' }
  response.writeHead(statusCode, { ...Object.fromEntries(shown), ...(vary !== '' && { vary }), ...cacheControl })
  await pipeline(body, response)
}
