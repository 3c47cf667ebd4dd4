/**
 * A connection to a Redis that may be slow or away. Nobody waits for it longer than the given time,
 * and while it is away nobody waits at all.
 */
import { createClient } from '@redis/client'
import type { Logger } from '../process/log.ts'

export interface RedisConnection {
  /** What a Lua script answers; `undefined` if Redis is away, fails, or is not done in time. */
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> | undefined
  close(): void
}

const PAUSE = 1_000 // milliseconds without Redis after it did not answer
/**
 * Milliseconds without any answer, after which another connection is opened: what an unreachable
 * host was sent would pile up until TCP gives up, for a quarter of an hour.
 */
const SILENCE = 5_000

/**
 * Does not wait for the connection.
 * @param timeout milliseconds
 * @param consequence what is so while Redis is away, for the log
 */
export function connectRedis(url: string, timeout: number, consequence: string, log: Logger): RedisConnection {
  const client = createClient({ url, disableOfflineQueue: true })
  let isAway = false
  let restsUntil = 0
  const noteAway = (error: unknown): void => {
    if (!isAway) log.warn({ err: error }, `Redis is away; ${consequence}`)
    isAway = true
  }
  client.on('error', noteAway)
  const connect = (): void => void client.connect().catch(noteAway)
  connect()
  /** Since when it has not answered what it was asked. */
  let silentSince: number | undefined
  const connectAfterSilence = (): void => {
    if (silentSince === undefined || performance.now() - silentSince < SILENCE || !client.isReady) return
    silentSince = undefined
    client.destroy()
    connect()
  }
  return {
    run(script, keys, values) {
      const start = performance.now()
      if (!client.isReady || start < restsUntil) return undefined
      const { promise, resolve } = Promise.withResolvers<unknown>()
      const fail = (error: unknown): void => {
        restsUntil = performance.now() + PAUSE
        noteAway(error)
        resolve(undefined)
      }
      const timer = setTimeout(() => {
        fail(new Error(`no answer within ${timeout} ms`))
        silentSince ??= start
        connectAfterSilence()
      }, timeout)
      client
        .eval(script, { keys: [...keys], arguments: values.map(String) })
        .finally(() => {
          silentSince = undefined
          clearTimeout(timer)
        })
        .then((value) => {
          isAway = false
          resolve(value)
        }, fail)
      return promise
    },
    close: () => client.destroy(),
  }
}
