/**
 * A connection to a Redis that may be slow or away. Nobody waits for it longer than the given time,
 * and while it is away nobody waits at all.
 */
import { createClient } from '@redis/client'
import type { Logger } from '../process/log.ts'
import { keepConnected, SOCKET } from './keep-connected.ts'

export interface RedisConnection {
  /** What a Lua script answers; `undefined` if Redis is away, fails, or is not done in time. */
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> | undefined
  /** Takes no more, and ends the connection once what was sent is answered or given up. */
  close(): void
}

const PAUSE = 1_000 // milliseconds without Redis after it did not answer

/**
 * Does not wait for the connection.
 * @param timeout milliseconds
 * @param consequence what is so while Redis is away, for the log
 */
export function connectRedis(url: string, timeout: number, consequence: string, log: Logger): RedisConnection {
  const client = createClient({ url, disableOfflineQueue: true, socket: SOCKET })
  let isAway = false
  let restsUntil = 0
  let waiting = 0
  let isClosed = false
  const noteAway = (error: unknown): void => {
    if (!isAway) log.warn({ err: error }, `Redis is away; ${consequence}`)
    isAway = true
  }
  client.on('error', noteAway)
  const disconnect = keepConnected(client, noteAway)
  const leave = (): void => {
    if (isClosed && waiting === 0) disconnect()
  }
  return {
    run(script, keys, values) {
      if (isClosed || !client.isReady || performance.now() < restsUntil) return undefined
      const { promise, resolve } = Promise.withResolvers<unknown>()
      waiting += 1
      const fail = (error: unknown): void => {
        restsUntil = performance.now() + PAUSE
        noteAway(error)
        resolve(undefined)
      }
      const timer = setTimeout(() => fail(new Error(`no answer within ${timeout} ms`)), timeout)
      client
        .eval(script, { keys: [...keys], arguments: values.map(String) })
        .finally(() => clearTimeout(timer))
        .then((value) => {
          isAway = false
          resolve(value)
        }, fail)
      return promise.finally(() => {
        waiting -= 1
        leave()
      })
    },
    close() {
      isClosed = true
      leave()
    },
  }
}
