/**
 * A connection to Redis that may be lost at any moment: every use of it gives `undefined` then,
 * within a tenth of a second.
 */
import type { RedisClientType } from '@redis/client'
import { within } from '../../../platform/data/within.ts'
import type { Logger } from '../../../platform/process/log.ts'
import { keepConnected, SOCKET } from '../../../platform/redis/keep-connected.ts'
import { createBreaker } from './breaker.ts'

export interface Redis {
  /** Never rejects; `undefined` when Redis is away or late. */
  use<Value>(command: (client: RedisClientType) => Promise<Value>): Promise<Value | undefined>
  close(): Promise<void>
}

const DEADLINE = 100 // milliseconds; an upstream takes longer than that

/** Does not wait for the connection: a service starts without its cache. */
export async function openRedis(url: string, log: Logger): Promise<Redis> {
  // MIT, no dependencies, Redis' own client; loaded lazily, because it takes several megabytes.
  const { createClient } = await import('@redis/client')
  const client: RedisClientType = createClient({
    url,
    disableOfflineQueue: true,
    socket: { ...SOCKET, connectTimeout: 1_000 },
  })
  let lost = false
  const noteLost = (error: unknown): void => {
    if (!lost) log.warn({ err: error }, 'Redis is away; answers are kept in memory only')
    lost = true
  }
  client.on('error', noteLost)
  client.on('ready', () => {
    if (lost) log.info('Redis is back')
    lost = false
  })
  const disconnect = keepConnected(client, noteLost)
  const breaker = createBreaker({ failures: 3, openFor: 5_000 })

  return {
    async use(command) {
      if (!client.isReady || breaker.pause(performance.now()) > 0) return undefined
      try {
        const value = await within(DEADLINE, command(client), () => new Error('Redis is late'))
        breaker.succeeded()
        return value
      } catch {
        breaker.failed(performance.now())
        return undefined
      }
    },
    close: async () => disconnect(),
  }
}
