/**
 * Sends one webhook over HTTP: with a timeout, without redirects, and with small limits on all that
 * the receiver may send, since it may send it to do harm.
 */
import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import { ADDRESS_REFUSED, createPublicLookup, faultOfUrl } from './address.ts'

/** The outcome of an attempt: `status` is null without a response. */
interface Attempt {
  readonly delivered: boolean
  readonly status: number | null
  /** A short reason for the endpoint's owner; null if it was delivered. */
  readonly error: string | null
}

export interface WebhookSender {
  /** Never rejects. */
  send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt>
  close(): Promise<void>
}

const MAX_ANSWER = 16_384 // bytes, read and thrown away
const PIECE = 64 // bytes that each piece counts as besides: what is in pieces takes longer to read
const MAX_HEAD = 16_384 // bytes; of trailers, too
const MAX_INTERIM = 16 // answers before the one that counts
const IDLE = 4_000 // milliseconds that a connection is kept for the next attempt

interface SenderOptions {
  readonly allowPrivate: boolean
  /** Milliseconds for a whole attempt. */
  readonly timeout?: number
}

export function webhookSender({ allowPrivate, timeout = 10_000 }: SenderOptions): WebhookSender {
  // No limit on connections to a host: customers share hosts, and the slots of `deliver.ts` limit
  // each customer.
  const kept = { keepAlive: true, timeout: IDLE }
  const agents = { http: new http.Agent(kept), https: new https.Agent(kept) }
  const lookup = allowPrivate ? undefined : createPublicLookup()

  const open = (url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): ClientRequest => {
    // Customers may write it in capitals, or behind blanks.
    const target = new URL(url)
    const isSecure = target.protocol === 'https:'
    return (isSecure ? https : http).request(target, {
      method: 'POST',
      agent: isSecure ? agents.https : agents.http,
      headers: { 'content-type': 'application/json', 'user-agent': 'Tributary-Webhooks/1', ...headers },
      maxHeaderSize: MAX_HEAD,
      signal,
      ...(lookup && { lookup }),
    })
  }

  return {
    async send(url, headers, body) {
      // An IP address in the URL is never looked up, so the check at connecting would not see it.
      if (faultOfUrl(url, allowPrivate) !== undefined) return failed('address refused')
      const signal = AbortSignal.timeout(timeout)
      try {
        const status = await statusOf(() => open(url, headers, signal), body)
        return status >= 200 && status < 300
          ? { delivered: true, status, error: null }
          : { delivered: false, status, error: `status ${status}` }
      } catch (error) {
        return failed(signal.aborted ? 'timeout' : wordsFor(error))
      }
    },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** Repeats a request if its kept connection ends just then; receivers recognize repeats by id. */
async function statusOf(open: () => ClientRequest, body: string): Promise<number> {
  const first = open()
  try {
    return await exchange(first, body)
  } catch (error) {
    if (!first.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    return exchange(open(), body)
  }
}

/** The status, once the rest was read or is not worth reading. */
function exchange(request: ClientRequest, body: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let interim = 0
  let status: number | undefined
  const countInterim = (): void => {
    interim += 1
    if (interim > MAX_INTERIM) request.destroy(new Error('no end of interim answers'))
  }
  request.on('continue', countInterim)
  request.on('information', countInterim)
  request.on('error', (error) => {
    if (status === undefined) reject(error)
  })
  request.once('response', (response) => {
    status = response.statusCode
    let left = MAX_ANSWER
    response.on('data', (piece: Buffer) => {
      left -= piece.length + PIECE
      if (left < 0) response.destroy()
    })
    response.on('error', () => undefined) // all that counts is known
  })
  // There is no status if the receiver wants to switch protocols.
  request.once('close', () => (status === undefined ? reject(new Error('closed without an answer')) : resolve(status)))
  request.end(body)
  return promise
}

const failed = (error: string): Attempt => ({ delivered: false, status: null, error })

function wordsFor(error: unknown): string {
  const { code } = error as { code?: string }
  if (code === 'ETIMEDOUT' || code === 'ETIMEOUT') return 'timeout'
  if (code === ADDRESS_REFUSED) return 'address refused'
  return /CERT|TLS|SSL|SELF_SIGNED/.test(code ?? '') ? 'certificate refused' : 'connection failed'
}
