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
 * KEYS: the caller's places; ARGV: their greatest number, the new one's name, the lease. Places
 * that end later than any can are from before Redis' clock was set back; a gateway renews its own.
 */
const TAKE = `${NOW}
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
  let timer: NodeJS.Timeout | undefined

  const renew = (): void => {
    for (const [caller, places] of held) void redis.run(RENEW, [keyOf(caller)], [LEASE, ...places])
  }
  const hold = (caller: string, place: string): void => {
    const places = held.get(caller)
    if (places) places.add(place)
    else held.set(caller, new Set([place]))
    timer ??= setInterval(renew, RENEWAL).unref()
  }
  const giveBack = (caller: string, place: string): void => {
    const places = held.get(caller)
    places?.delete(place)
    if (places?.size === 0) held.delete(caller)
    if (held.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
    void redis.run(GIVE_BACK, [keyOf(caller)], [place])
  }

  return {
    take(caller, most) {
      count += 1
      const place = `${gateway} ${count}`
      return redis.run(TAKE, [keyOf(caller)], [most, place, LEASE])?.then((answer) => {
        if (answer === 0) return 'full'
        if (answer !== 1) return undefined
        hold(caller, place)
        return () => giveBack(caller, place)
      })
    },
  }
}
