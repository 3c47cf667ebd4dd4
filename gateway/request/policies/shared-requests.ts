/**
 * Counts the running requests of all gateways in Redis. Each place is a lease that its gateway
 * renews: a crashed gateway holds its places for ten seconds.
 */
import { randomUUID } from 'node:crypto'
import type { RedisConnection } from '../../../platform/redis/connection.ts'

export interface SharedRequests {
  /**
   * Takes one of `most` places, and returns the function that gives it back; `full` if none is
   * free. `undefined`, at once or later, while Redis is away.
   */
  take(caller: string, most: number): Promise<(() => void) | 'full' | undefined> | undefined
}

const LEASE = 10_000 // milliseconds
const RENEWAL = 3_000 // milliseconds

const NOW = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * KEYS: the caller's places; ARGV: their greatest number, the new one's name, the lease, then names
 * to give back. Places that end later than any can are from before Redis' clock was set back; a
 * gateway renews its own.
 */
const TAKE = `${NOW}
for i = 4, #ARGV do redis.call('ZREM', KEYS[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (now + ARGV[3]), '+inf')
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`

/** KEYS: the caller's places; ARGV: the lease, then names. */
const RENEW = `${NOW}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`

const GIVE_BACK = `return redis.call('ZREM', KEYS[1], ARGV[1])`

// Braces keep the keys of one caller together in a cluster.
const keyOf = (caller: string): string => `tributary:in-work:{${caller}}`

export function shareRequests(redis: RedisConnection): SharedRequests {
  const gateway = randomUUID()
  let count = 0
  /** Names of the places that are held, by caller. */
  const held = new Map<string, Set<string>>()
  /**
   * Places that Redis may still have, since it did not answer in time, by caller: with the time at
   * which their leases have ended.
   */
  const owed = new Map<string, Map<string, number>>()
  let timer: NodeJS.Timeout | undefined

  const renew = (): void => {
    for (const [caller, places] of held) void redis.run(RENEW, [keyOf(caller)], [LEASE, ...places])
    const now = performance.now()
    for (const [caller, places] of owed) {
      for (const [place, ended] of places) if (ended <= now) places.delete(place)
      if (places.size === 0) owed.delete(caller)
    }
    if (held.size > 0 || owed.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const keepTime = (): void => {
    timer ??= setInterval(renew, RENEWAL).unref()
  }
  /** Given back with the caller's next place, unless Redis forgets it before. */
  const owe = (caller: string, place: string): void => {
    const places = owed.get(caller) ?? new Map<string, number>()
    owed.set(caller, places.set(place, performance.now() + LEASE))
    keepTime()
  }
  const hold = (caller: string, place: string): void => {
    const places = held.get(caller)
    if (places) places.add(place)
    else held.set(caller, new Set([place]))
    keepTime()
  }
  const giveBack = (caller: string, place: string): void => {
    const places = held.get(caller)
    places?.delete(place)
    if (places?.size === 0) held.delete(caller)
    const given = redis.run(GIVE_BACK, [keyOf(caller)], [place])
    void Promise.resolve(given).then((answer) => {
      if (answer === undefined) owe(caller, place)
    })
  }

  return {
    take(caller, most) {
      count += 1
      const place = `${gateway} ${count}`
      const gone = [...(owed.get(caller)?.keys() ?? [])]
      return redis.run(TAKE, [keyOf(caller)], [most, place, LEASE, ...gone])?.then((answer) => {
        // It may be done all the same, only later.
        if (answer === undefined) {
          owe(caller, place)
          return undefined
        }
        for (const one of gone) owed.get(caller)?.delete(one)
        if (answer === 0) return 'full'
        hold(caller, place)
        return () => giveBack(caller, place)
      })
    },
  }
}
