/**
 * An exclusive lock on a file. The kernel releases it however its holder ends, so no stale pid can
 * hold it.
 */
import { DatabaseSync } from 'node:sqlite' // built in, and the only door Node has to the kernel's file locks

export interface FileLock {
  release(): void
}

const SQLITE_BUSY = 5
const TURN = 500 // milliseconds; without a wait, two that ask at once would both be refused

/**
 * Takes the lock, creating the file if needed; `undefined` while another process holds it.
 * @param turn milliseconds to wait for it, during which this process does nothing else
 */
export function tryLock(file: string, turn = TURN): FileLock | undefined {
  const database = new DatabaseSync(file, { timeout: turn })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // writes nothing, so leaves no journal file
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    // The low byte is the primary result code.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined
    throw error
  }
}
