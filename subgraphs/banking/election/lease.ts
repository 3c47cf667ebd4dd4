/** Takes part in the election of the one instance that writes, over a connection of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { createLineBudget } from '../../../platform/process/line-budget.ts'
import { openClient } from '../database/connect.ts'
import { type CandidateOptions, createCandidate } from './candidate.ts'
import type { Standing } from './standing.ts'

export interface Lease {
  standing(): Standing
  /** The lease no longer has our token. */
  lost(token: string): void
  /** Milliseconds since a renewal of the lease was last seen; undefined if none was. */
  age(): number | undefined
  /** Gives the lease back if this instance holds it, and stops watching. */
  stop(): Promise<void>
}

interface LeaseOptions extends CandidateOptions {
  /** A PostgreSQL connection URL. */
  readonly url: string
}

const TIMEOUT = 2_000 // milliseconds for a statement or a new connection
const SETTINGS = { keepAlive: true, connectionTimeoutMillis: TIMEOUT, query_timeout: TIMEOUT }
const RECONNECT = 100 // milliseconds
const LOG_PAUSE = 30_000 // milliseconds

export function startLease({ url, ...options }: LeaseOptions): Lease {
  const { log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const takeLine = createLineBudget(1, LOG_PAUSE)
  const candidate = createCandidate(options)
  let client: Client | undefined
  let wake = (): void => {}

  const round = async (): Promise<number> => {
    try {
      client ??= await openClient(url, SETTINGS)
      return await candidate.round(client)
    } catch (error) {
      const leftOut = takeLine()
      if (leftOut !== undefined)
        log.warn({ err: error, leftOut }, 'the lease of the ledger could not be read; it is tried again')
      client?.end().catch(() => {})
      client = undefined
      candidate.interrupted()
      return RECONNECT
    }
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const pause = await round()
      await Promise.race([woken, sleep(pause, undefined, { signal, ref: false }).catch(() => {})])
    }
    if (client) await candidate.resign(client).catch(() => {})
    await client?.end().catch(() => {})
  }

  const running = run()
  return {
    standing: candidate.standing,
    lost(token) {
      if (candidate.lost(token)) wake()
    },
    age: candidate.age,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
