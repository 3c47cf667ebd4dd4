/**
 * Follows the end of the outbox, once in each instance that has subscriptions, and wakes those of
 * an account. PostgreSQL's notifications wake it; slow polling covers a notification that is lost
 * with its connection. It carries no events: each subscription reads them from its own cursor.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { openClient } from '../database/connect.ts'
import { lastSequence } from './read.ts'

export interface Tail {
  /** Begins a subscription; call the result when it ends. While there is none, nothing is read. */
  follow(): () => void
  /**
   * For a subscription: resolves when something happens to one of the accounts after this call, or
   * when `signal` aborts. Never rejects.
   */
  change(accountIds: readonly string[], signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

interface TailOptions {
  readonly url: string
  readonly database: PrismaClient
  readonly log: Logger
}

const OWN_LOOK = 2_000 // milliseconds
const RECONNECT = 500 // milliseconds
const AT_ONCE = 1_000 // events

export function startTail({ url, database, log }: TailOptions): Tail {
  const stopping = new AbortController()
  const waiting = new Map<string, Set<() => void>>()
  let wake = (): void => {}
  let subscribers = 0
  /** The last event that woke its subscribers; undefined without subscribers. */
  let last: bigint | undefined

  /** No later event is missed; earlier ones may have been. */
  const begin = async (): Promise<void> => {
    last = await lastSequence(database)
    for (const set of waiting.values()) for (const resolve of set) resolve()
  }

  /**
   * Reads new events and wakes the subscribers to their accounts. Resolves to true if there are
   * more.
   */
  const look = async (): Promise<boolean> => {
    if (subscribers === 0) last = undefined
    else if (last === undefined) await begin()
    if (last === undefined) return false
    const rows = await database.$queryRaw<{ sequence: bigint; debit: string; credit: string }[]>`/* tail:look */
      SELECT sequence, debit_account_id::text AS debit, credit_account_id::text AS credit FROM outbox
      WHERE sequence > ${last} ORDER BY sequence LIMIT ${AT_ONCE}`
    for (const { debit, credit } of rows) {
      for (const account of [debit, credit]) for (const resolve of waiting.get(account) ?? []) resolve()
    }
    last = rows.at(-1)?.sequence ?? last
    return rows.length === AT_ONCE
  }

  const enter = (accountId: string, done: () => void): void => {
    waiting.set(accountId, (waiting.get(accountId) ?? new Set()).add(done))
  }
  const leave = (accountId: string, done: () => void): void => {
    const set = waiting.get(accountId)
    set?.delete(done)
    if (set?.size === 0) waiting.delete(accountId)
  }

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const more = await look().catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error }, 'the outbox could not be read; it is tried again')
        return false
      })
      if (!more) await Promise.race([woken, sleep(OWN_LOOK, undefined, { ref: false })])
    }
  }

  const following = run()
  const listening = listen({ url, log, signal: stopping.signal, wake: () => wake() })
  return {
    follow() {
      subscribers += 1
      if (subscribers === 1) wake()
      return () => {
        subscribers -= 1
      }
    },
    change: (accountIds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const done = (): void => {
          for (const id of accountIds) leave(id, done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        for (const id of accountIds) enter(id, done)
        signal.addEventListener('abort', done)
      }),
    async stop() {
      stopping.abort()
      wake()
      await Promise.all([following, listening])
      for (const set of waiting.values()) for (const resolve of set) resolve()
    },
  }
}

/** Keeps one connection that listens for notifications, and replaces it when it is lost. */
async function listen(options: {
  readonly url: string
  readonly log: Logger
  readonly signal: AbortSignal
  readonly wake: () => void
}): Promise<void> {
  const { url, log, signal, wake } = options
  while (!signal.aborted) {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const stop = (): void => end()
    signal.addEventListener('abort', stop)
    try {
      const client = await openClient(url, { keepAlive: true })
      try {
        client.once('end', end)
        client.on('notification', wake)
        await client.query('LISTEN ledger')
        wake() // for events from before the connection
        await ended
      } finally {
        await client.end()
      }
    } catch (error) {
      log.warn({ err: error }, 'the ledger’s notices cannot be heard; it is tried again')
    }
    signal.removeEventListener('abort', stop)
    await sleep(RECONNECT, undefined, { signal, ref: false }).catch(() => {})
  }
}
