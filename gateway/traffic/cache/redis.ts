/**
 * Caches answers in Redis for all gateways, with this process's memory in front. If Redis is slow,
 * full or away, that costs hits and nothing else; only a purge needs it, and fails.
 */
import { createClient } from '@redis/client' // MIT; Redis' own client for Node
import { within } from '../../../platform/data/within.ts'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import { owned } from '../../../platform/memory/owned.ts'
import type { Logger } from '../../../platform/process/log.ts'
import { keepConnected, SOCKET } from '../../../platform/redis/keep-connected.ts'
import { createBreaker } from '../call/breaker.ts'
import type { MemoryStore } from './memory.ts'
import { type AnswerStore, isFresh, type Kept } from './store.ts'

const PREFIX = 'tributary:answer:2:' // with the version of what is kept
const TAG_PREFIX = 'tributary:tag:'
const PURGES = 'tributary:purges' // the channel on which gateways tell each other
/**
 * In one piece: what another gateway stores in between would stay, without the tags by which it
 * could be purged.
 */
const PURGE = `
  for _, tag in ipairs(KEYS) do
    for _, key in ipairs(redis.call('SMEMBERS', tag)) do redis.call('UNLINK', ARGV[1] .. key) end
    redis.call('UNLINK', tag)
  end`
const COMMAND_TIMEOUT_MS = 50 // milliseconds; a service answers about as fast
const PURGE_TIMEOUT_MS = 5_000 // milliseconds
const NOT_PURGED = new HttpError(
  503,
  'SERVICE_UNAVAILABLE',
  'Redis does not answer: what it and other gateways keep is not purged. Try again.',
)

/** @param near the store of this process; asked first */
export function createRedisStore(url: string, near: MemoryStore, log: Logger): AnswerStore {
  const { client, noteAway, disconnect } = connect(url, near, log)
  const breaker = createBreaker()
  const isFit = (): boolean => client.isReady && breaker.admits(performance.now())

  const fetchRemote = async (keys: readonly string[]): Promise<readonly (Kept | undefined)[]> => {
    const now = Date.now()
    breaker.enter(performance.now())
    try {
      const texts = await inTime(COMMAND_TIMEOUT_MS, client.mGet(keys.map((key) => PREFIX + key)))
      breaker.succeeded()
      return texts.map((text) => {
        const kept = typeof text === 'string' ? readKept(text) : undefined
        return kept && isFresh(kept, now) ? kept : undefined
      })
    } catch (error) {
      breaker.failed(performance.now())
      noteAway(error)
      return keys.map(() => undefined)
    }
  }

  const storeRemote = async (entries: readonly (readonly [string, Kept])[]): Promise<void> => {
    const batch = client.multi()
    for (const [key, kept] of entries) {
      const left = Math.ceil((kept.bornAt + kept.maxAge * 1000 - Date.now()) / 1000)
      if (left <= 0) continue
      batch.set(PREFIX + key, writeKept(kept), { expiration: { type: 'EX', value: left } })
      for (const tag of kept.tags) {
        batch.sAdd(TAG_PREFIX + tag, key)
        // A tag outlives its entries, never the other way round.
        batch.expire(TAG_PREFIX + tag, left, 'NX')
        batch.expire(TAG_PREFIX + tag, left, 'GT')
      }
    }
    await batch.execAsPipeline()
  }

  const purgeRemote = async (tags: readonly string[]): Promise<void> => {
    await client.eval(PURGE, { keys: tags.map((tag) => TAG_PREFIX + tag), arguments: [PREFIX] })
    await client.publish(PURGES, JSON.stringify(tags))
  }

  return {
    get epoch() {
      return near.epoch
    },
    get(keys, otherwise = []) {
      const here = near.get(keys, otherwise) as readonly (Kept | undefined)[]
      const missing = [keys, otherwise].flatMap((some) => some.filter((_, index) => !here[index]))
      if (missing.length === 0 || !isFit()) return here
      // What is purged while it is fetched is not kept.
      const { epoch } = near
      return fetchRemote(missing).then((remote) => {
        near.set(
          missing.flatMap((key, index) => (remote[index] ? [[key, remote[index]] as const] : [])),
          epoch,
        )
        const found = new Map(missing.map((key, index) => [key, remote[index]]))
        return keys.map((key, index) => here[index] ?? found.get(key) ?? found.get(otherwise[index] ?? ''))
      })
    },
    set(entries, epoch) {
      near.set(entries, epoch)
      if (isFit() && epoch === near.epoch) void storeRemote(entries).catch(noteAway)
    },
    async purge(tags) {
      await near.purge(tags)
      try {
        await inTime(PURGE_TIMEOUT_MS, purgeRemote(tags))
      } catch (error) {
        noteAway(error)
        throw NOT_PURGED
      }
    },
    async close() {
      disconnect()
      await near.close()
    },
  }
}

const writeKept = (kept: Kept): string => JSON.stringify({ ...kept, value: kept.value.toString() })

/** Others may write to this Redis: what is no entry is none, and no outage. */
function readKept(text: string): Kept | undefined {
  try {
    const { value, ...rest } = JSON.parse(text) as Omit<Kept, 'value'> & { readonly value: string }
    const { tags, headers = [] } = rest
    if (!Array.isArray(tags) || !Array.isArray(headers)) return undefined
    return { ...rest, value: owned(Buffer.from(value)) }
  } catch {
    return undefined
  }
}

/** One connection for reads and writes, and one for messages about purges. */
function connect(url: string, near: MemoryStore, log: Logger) {
  const client = createClient({ url, disableOfflineQueue: true, socket: SOCKET })
  const subscriber = client.duplicate({ disableOfflineQueue: false })
  let isAway = false
  const noteAway = (error: unknown): void => {
    if (!isAway) log.warn({ err: error }, 'Redis is away; answers are kept in this process only')
    isAway = true
  }
  client.on('error', noteAway)
  client.on('ready', () => {
    isAway = false
  })
  subscriber.on('error', noteAway)
  const hear = (message: string): void => void near.purge(tagsIn(message))
  subscriber.on('ready', () => {
    // Purges of other gateways may have been missed until then.
    void subscriber.subscribe(PURGES, hear).then(near.forget, noteAway)
  })
  // Neither start nor requests wait for Redis.
  const ends = [client, subscriber].map((one) => keepConnected(one, noteAway))
  return {
    client,
    noteAway,
    disconnect() {
      for (const end of ends) end()
    },
  }
}

/** Others may write to this Redis: what is no list of tags says nothing. */
function tagsIn(message: string): readonly string[] {
  try {
    const tags: unknown = JSON.parse(message)
    return Array.isArray(tags) ? tags : []
  } catch {
    return []
  }
}

/**
 * The client's own timeout ends once a command is written, so a Redis that stopped answering would
 * block forever.
 */
const inTime = <Value>(milliseconds: number, answer: Promise<Value>): Promise<Value> =>
  within(milliseconds, answer, () => new Error(`no answer within ${milliseconds} ms`))
