/**
 * Recorded use of all gateways in Redis: the text of a day's file, which a gateway replaces only if
 * nobody else has changed it since it was read.
 */
import type { RedisConnection } from '../../platform/redis/connection.ts'
import { addUp } from './add-up.ts'
import { type DayOfUse, dayOf, parseDays } from './day.ts'

const DAYS = 'tributary:usage'
const keyOf = (day: string): string => `${DAYS}:${day}`
const SECONDS = 86_400 // of a day

const READ = "return {redis.call('HGET', KEYS[1], 'version'), redis.call('HGET', KEYS[1], 'text')}"
const WRITE = `if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'text', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[5])
return 1`
const LIST = "return redis.call('SMEMBERS', KEYS[1])"

/**
 * Adds texts of days to today. Resolves to false, with nothing written, if Redis is away or another
 * gateway wrote meanwhile.
 * @param days number of days that Redis keeps
 */
export async function addToShared(
  redis: RedisConnection,
  texts: readonly string[],
  days: number,
  now = Date.now(),
): Promise<boolean> {
  const day = dayOf(now)
  const read = await readDay(redis, day)
  if (!read) return false
  const { version, found } = read
  const text = await addUp(day, [...found, ...texts])
  const next = String(Number(version) + 1)
  const written = await redis.run(WRITE, [keyOf(day), DAYS], [version, next, text, days * SECONDS, day])
  return written === 1
}

/** All days that Redis has; `undefined` if it does not answer. */
export async function readShared(redis: RedisConnection): Promise<readonly DayOfUse[] | undefined> {
  const days = await redis.run(LIST, [DAYS], [])
  if (!Array.isArray(days)) return undefined
  const read = await Promise.all(days.map((day: string) => readDay(redis, day)))
  return parseDays(read.flatMap((one) => one?.found ?? []))
}

async function readDay(redis: RedisConnection, day: string) {
  const answer = await redis.run(READ, [keyOf(day)], [])
  if (!Array.isArray(answer)) return undefined
  const [version, text] = answer as [string | null, string | null]
  return { version: version ?? '', found: text === null ? [] : [text] }
}
