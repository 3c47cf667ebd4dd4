/**
 * The data folder: only one `npm start` uses it at a time. It keeps the secret that gateway and
 * services share.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileLock, tryLock } from '../platform/process/lock.ts'
import { readOrMakeSecret } from '../platform/process/secret-file.ts'
import { StartRefused } from '../platform/process/settings.ts'

/**
 * Creates the folder and locks it. @throws StartRefused if another start has it, or if it cannot be
 * written
 */
export async function lockDataFolder(dataDir: string): Promise<FileLock> {
  let lock: FileLock | undefined
  try {
    await mkdir(dataDir, { recursive: true })
    lock = tryLock(join(dataDir, 'lock'))
  } catch (error) {
    throw new StartRefused(`DATA_DIR: ${dataDir} cannot be used (${error instanceof Error ? error.message : error}).`)
  }
  if (lock) return lock
  throw new StartRefused(`Tributary already runs on ${dataDir}: stop it first, or set DATA_DIR to another folder.`)
}

/** The secret that signs the gateway's requests; generated on first use. */
export const gatewaySecret = (dataDir: string): Promise<string> =>
  readOrMakeSecret(join(dataDir, 'gateway-secret'), () => randomBytes(32).toString('base64url'))
