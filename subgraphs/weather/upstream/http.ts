/**
 * One GET of JSON from a host that may be slow, wrong or gone. Every way to fail ends in a
 * `ProviderFault`.
 */
import { ProviderFault } from '../model/provider.ts'
import { DAY } from '../model/time.ts'
import { LONGEST_PAUSE } from './breaker.ts'

export interface JsonResponse {
  readonly status: number
  readonly headers: Headers
  /** `undefined` for 304. */
  readonly body: unknown
  /** Unix milliseconds until which the answer may be cached; `undefined` if it does not say. */
  readonly freshUntil: number | undefined
}

interface JsonRequest {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds for the whole answer, body included. */
  readonly deadline: number
}

const MAX_BODY = 32 * 1024 * 1024 // bytes; 1000 places with 16 days of hours stay under it
/** Seconds to stay away after a 429 that does not say how long. */
const DEFAULT_RETRY_AFTER = 60
/** An upstream that allows more, by mistake or for ever, would freeze the weather. */
const LONGEST_FRESH = DAY

/** @throws ProviderFault for anything but 200, 203 or 304 with a whole JSON body in time */
export async function getJson(url: string, { headers = {}, deadline }: JsonRequest): Promise<JsonResponse> {
  const host = new URL(url).host
  const leaving = new AbortController()
  const { signal } = leaving
  // Unlike `AbortSignal.timeout` it is a timer that tests can hold.
  const timer = setTimeout(() => leaving.abort(), deadline)
  try {
    const ask = (): Promise<Response> =>
      fetch(url, {
        headers: { accept: 'application/json', ...headers },
        redirect: 'error', // a redirect could lead anywhere, and neither upstream sends one
        signal,
      })
    // A host may close an idle connection just as it is used again, which says nothing of the host.
    const response = await ask().catch((error: unknown) => {
      if (signal.aborted || !CLOSED.has(causeOf(error))) throw error
      return ask()
    })
    const { status } = response
    const freshUntil = freshness(response.headers, Date.now())
    if (status === 304) return { status, headers: response.headers, body: undefined, freshUntil }
    if (status !== 200 && status !== 203) {
      await response.body?.cancel()
      throw new ProviderFault(`${host} answered ${status}`, retryAfter(response))
    }
    return { status, headers: response.headers, body: parse(await read(response, host), host), freshUntil }
  } catch (error) {
    if (error instanceof ProviderFault) throw error
    if (signal.aborted) throw new ProviderFault(`${host} did not answer within ${deadline} ms`)
    throw new ProviderFault(`${host} cannot be reached: ${causeOf(error)}`)
  } finally {
    clearTimeout(timer)
  }
}

async function read(response: Response, host: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BODY) throw new ProviderFault(`${host} sent more than ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string, host: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Open-Meteo can fail in the middle of a 200.
    throw new ProviderFault(`${host} sent a body that is not JSON`)
  }
}

/**
 * Seconds (RFC 9110, section 10.2.3: seconds or a date) a 429 or 503 asks to stay away, as far as
 * that is done.
 */
function retryAfter(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined
  const value = response.headers.get('retry-after')
  const seconds =
    value === null
      ? Number.NaN
      : /^\d+$/.test(value)
        ? Number(value)
        : (Date.parse(value) - sentAt(response.headers)) / 1000
  if (!Number.isNaN(seconds)) return Math.min(LONGEST_PAUSE, Math.max(0, Math.ceil(seconds)))
  return response.status === 429 ? DEFAULT_RETRY_AFTER : undefined
}

/**
 * RFC 9111, section 4.2.1: `max-age` goes before `Expires`, which counts from `Date`; each less the
 * `Age` it already has. An `Age` that is no number does not count.
 */
function freshness(headers: Headers, now: number): number | undefined {
  const control = headers.get('cache-control') ?? ''
  if (/\bno-(store|cache)\b/i.test(control)) return now
  const maxAge = /\bmax-age="?(\d+)/i.exec(control)?.[1]
  const age = /^\d+/.exec(headers.get('age') ?? '')?.[0] ?? 0
  const expires = Date.parse(headers.get('expires') ?? '')
  if (maxAge === undefined && Number.isNaN(expires)) return undefined
  const lifetime = maxAge === undefined ? expires - sentAt(headers) : Number(maxAge) * 1000
  return now + Math.min(LONGEST_FRESH, Math.max(0, lifetime - Number(age) * 1000 || 0))
}

/**
 * The instant of `Date`. A host's other dates are by the same clock, which ours may be far from:
 * then everything would be stale at once, or fresh for too long.
 */
function sentAt(headers: Headers): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? Date.now() : date
}

/** Codes of connections that ended before there was an answer. */
const CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
}
