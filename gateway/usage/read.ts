/** Reads recorded use for the commands, from files, folders and Redis. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger } from '../../platform/process/log.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { type DayOfUse, parseDay, parseDays } from './day.ts'
import { readShared } from './shared.ts'

/**
 * The days in a file, in a folder and its subfolders (one per gateway), or in Redis.
 * @param place a path, or the URL of a Redis
 * @throws StartRefused
 */
export async function readRecorded(place: string): Promise<readonly DayOfUse[]> {
  if (/^rediss?:/.test(place)) return readRedis(place)
  const found = await stat(place).catch(() => undefined)
  if (!found) throw new StartRefused(`${place}: there is no such file or folder.`)
  if (!found.isDirectory()) {
    const day = parseDay(await readFile(place, 'utf8'))
    if (!day) throw new StartRefused(`${place}: is no file of recorded use.`)
    return [day]
  }
  const names = await readdir(place, { recursive: true })
  const files = names.filter((name) => name.endsWith('.json')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(place, name), 'utf8').catch(() => '')))
  const days = parseDays(texts)
  if (days.length === 0) throw new StartRefused(`${place}: has no file of recorded use.`)
  return days
}

const READ_TIMEOUT = 5_000 // milliseconds
const PAUSE = 50 // milliseconds

/** Imported lazily: the Redis client takes several megabytes. */
async function readRedis(url: string): Promise<readonly DayOfUse[]> {
  const shown = URL.canParse(url) ? new URL(url).host : url // no password
  const { connectRedis } = await import('../../platform/redis/connection.ts')
  const redis = connectRedis(url, READ_TIMEOUT, 'use cannot be read', createLogger('usage', 'silent'))
  try {
    for (const end = performance.now() + READ_TIMEOUT; performance.now() < end; await sleep(PAUSE)) {
      const days = await readShared(redis)
      if (days?.length === 0) throw new StartRefused(`${shown}: this Redis has no recorded use.`)
      if (days) return days
    }
    throw new StartRefused(`${shown}: this Redis does not answer.`)
  } finally {
    redis.close()
  }
}
