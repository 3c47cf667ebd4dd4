/**
 * The way to one holder of the lease: kept connections, over which requests are sent as soon as
 * possible and together. Callers take turns. It uses `undici`, because services import nothing of
 * the gateway, whose own client is in `gateway/traffic/client/`.
 */
import type { Pool } from 'undici' // MIT; keeps connections, at half of the cost of Node's client
import { createFairQueue } from '../../../platform/data/fair-queue.ts'
import { SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'
import type { Settled } from '../ledger/ledger.ts'
import type { LedgerRequest } from '../ledger/request.ts'
import { decodeOutcomes, encode, FORWARD_PATH, fromWire, MOST_WEIGHT } from './wire.ts'

/**
 * - `answered`: each request is settled.
 * - `refused`: by an instance that is not the writer or is of another version; it did nothing.
 * - `lost`: the writer may have done it.
 */
export type Sent = 'answered' | 'refused' | 'lost'

export interface Link {
  /** False for a while after a message was refused or lost. */
  isUsable(): boolean
  /** Resolves to undefined if this instance must ask the ledger by key itself. Never rejects. */
  send(request: LedgerRequest, weight: number): Promise<Settled | undefined>
  /** Gives up everything in flight: its outcome is unknown. */
  close(): void
}

interface LinkOptions {
  readonly address: string
  /** Signs. */
  readonly secret: string
  readonly dialect: string
  /** Milliseconds to wait for an answer. */
  readonly answerTimeout: number
  readonly onSent: (sent: Sent) => void
}

interface Waiting {
  readonly request: LedgerRequest
  readonly resolve: (settled: Settled | undefined) => void
}

/** Messages in flight: the writer commits one batch, and prepares the next. */
const AT_ONCE = 2
const CONNECT_TIMEOUT = 1_000 // milliseconds
const KEEP_ALIVE = 30_000 // milliseconds; less than the server's
const REST = 1_000 // milliseconds

export function createLink({ address, secret, dialect, answerTimeout, onSent }: LinkOptions): Link {
  const open = async (): Promise<Pool> => {
    // Imported lazily: the instance that writes forwards nothing.
    const { Pool } = await import('undici')
    return new Pool(address, {
      connections: AT_ONCE,
      connect: { timeout: CONNECT_TIMEOUT },
      keepAliveTimeout: KEEP_ALIVE,
      headersTimeout: answerTimeout,
      bodyTimeout: answerTimeout,
    })
  }
  const pool = open()
  const waiting = createFairQueue<Waiting>()
  let messages = 0
  /** The weight of all messages in flight. */
  let weightInFlight = 0
  let isScheduled = false
  let isClosed = false
  let usableFrom = 0

  const post = async (requests: readonly LedgerRequest[]): Promise<readonly Settled[] | Exclude<Sent, 'answered'>> => {
    const body = encode({ dialect, requests })
    const parts = { authorization: undefined, perspective: undefined, requestId: undefined }
    const signature = sign(secret, { method: 'POST', path: FORWARD_PATH, body, ...parts })
    const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature }
    const response = await (await pool).request({ path: FORWARD_PATH, method: 'POST', headers, body })
    const text = await response.body.text()
    if (response.statusCode !== 200) return response.statusCode < 500 ? 'refused' : 'lost'
    const settled = decodeOutcomes(text).map(fromWire)
    return settled.length === requests.length ? settled : 'lost'
  }

  const sendTogether = async (batch: readonly Waiting[]): Promise<void> => {
    const settled = isClosed ? 'refused' : await post(batch.map(({ request }) => request)).catch(() => 'lost' as const)
    const isAnswered = typeof settled !== 'string'
    if (!isAnswered) usableFrom = performance.now() + REST
    onSent(isAnswered ? 'answered' : settled)
    for (const [at, { resolve }] of batch.entries()) resolve(isAnswered ? settled[at] : undefined)
  }

  /**
   * All that is asked for in one turn of the event loop goes together, and a small message waits
   * for more beside a large one: each costs both sides as much as some requests do.
   */
  const schedule = (): void => {
    if (isScheduled || messages >= AT_ONCE || waiting.size === 0 || waiting.weight < weightInFlight) return
    isScheduled = true
    setImmediate(async () => {
      isScheduled = false
      const before = waiting.weight
      const batch = waiting.take(MOST_WEIGHT)
      const weight = before - waiting.weight
      messages += 1
      weightInFlight += weight
      await sendTogether(batch)
      messages -= 1
      weightInFlight -= weight
      schedule()
    })
  }

  const isUsable = (): boolean => !isClosed && performance.now() >= usableFrom
  return {
    isUsable,
    send: (request, weight) =>
      new Promise((resolve) => {
        waiting.join(request.actor.id, { request, resolve }, weight)
        schedule()
      }),
    close() {
      isClosed = true
      void pool.then((one) => one.destroy()).catch(() => {})
    },
  }
}
