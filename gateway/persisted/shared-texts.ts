/**
 * Keeps persisted queries in Redis, for all gateways together, with this process's memory in front.
 * Redis may be slow or away: the client is asked for the text again, and nothing else is lost.
 */
import { hash } from 'node:crypto'
import type { RedisConnection } from '../../platform/redis/connection.ts'
import type { PersistedTexts } from './texts.ts'

const PREFIX = 'tributary:persisted:'
const GET = "return redis.call('GET', KEYS[1])"
const SET = "return redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])"

/**
 * @param maxAge seconds that a text is kept after it was sent last
 * @param name of the contract variant, whose texts are kept apart
 */
export function shareTexts(near: PersistedTexts, redis: RedisConnection, maxAge: number, name = ''): PersistedTexts {
  const keyOf = (sha256: string): string => (name === '' ? PREFIX + sha256 : `${PREFIX}${name}:${sha256}`)
  const fetched = async (sha256: string, asked: Promise<unknown>): Promise<string | undefined> => {
    const text = await asked
    // Others may write to this Redis, so the text is verified.
    if (typeof text !== 'string' || hash('sha256', text, 'hex') !== sha256) return undefined
    near.set(sha256, text)
    return text
  }
  return {
    get(sha256) {
      const here = near.get(sha256)
      if (here !== undefined) return here
      const asked = redis.run(GET, [keyOf(sha256)], [])
      return asked && fetched(sha256, asked)
    },
    set(sha256, text) {
      near.set(sha256, text)
      void redis.run(SET, [keyOf(sha256)], [text, maxAge])
    },
  }
}
