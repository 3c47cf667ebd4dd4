/** Opens the recording of use by the settings. */
import { join } from 'node:path'
import type { Logger } from '../../platform/process/log.ts'
import type { UsageSettings } from '../config/sections/usage.ts'
import { addToday } from './files.ts'
import { type ClientNames, createUseRecorder, type UseRecorder } from './recorder.ts'
import { addToShared } from './shared.ts'
import { type AddUse, openUseWriter } from './writer.ts'

interface UseRecording {
  readonly count: UseRecorder['count']
  /** Writes the rest. */
  close(): Promise<void>
}

interface RecordOptions {
  readonly settings: UsageSettings
  readonly dataDir: string
  readonly redisUrl: string | undefined
  readonly names: ClientNames
  readonly log: Logger
}

const REDIS_TIMEOUT = 2_000 // milliseconds; no request waits for it

/** `undefined` if recording is off. */
export async function openUseRecording(options: RecordOptions): Promise<UseRecording | undefined> {
  const { settings, names, log } = options
  if (!settings.record) return undefined
  const recorder = createUseRecorder(names)
  const { add, closeStore } = await openStore(options)
  const writer = openUseWriter({ recorder, add, every: settings.every, log })
  return { count: recorder.count, close: () => writer.close().finally(closeStore) }
}

/** Imported lazily: the Redis client takes several megabytes. */
async function openStore({
  settings: { store, folder, days },
  dataDir,
  redisUrl,
  log,
}: RecordOptions): Promise<{ readonly add: AddUse; closeStore(): void }> {
  if (store === 'files' || redisUrl === undefined)
    return { add: (texts) => addToday(folder ?? join(dataDir, 'usage'), texts, days), closeStore: () => undefined }
  const { connectRedis } = await import('../../platform/redis/connection.ts')
  const redis = connectRedis(redisUrl, REDIS_TIMEOUT, 'recorded use waits in memory', log)
  return { add: (texts) => addToShared(redis, texts, days), closeStore: () => redis.close() }
}
