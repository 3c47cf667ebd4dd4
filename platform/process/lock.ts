/** An exclusive lock on a file, released by the kernel when its holder ends, however it ends. It never trusts a pid. */
import { DatabaseSync } from 'node:sqlite' // built in, and the only door Node has to the kernel's file locks

export interface FileLock {
  release(): void
}

const SQLITE_BUSY = 5
const TURN = 500 // milliseconds; two that ask at the same instant would otherwise both be refused

/** Takes the lock and makes the file if it is missing; `undefined` while another process holds it. */
export function tryLock(file: string): FileLock | undefined {
  const database = new DatabaseSync(file, { timeout: TURN })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // nothing is ever written: no journal beside it
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    // The low byte is the kind; the rest says more about it.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined
    throw error
  }
}
