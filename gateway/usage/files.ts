/**
 * Files of recorded use: one per day, to which every process with the folder adds. A reader never
 * sees a partial file.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from '../../platform/process/lock.ts'
import { addUp } from './add-up.ts'
import { dayOf } from './day.ts'

const DAY_FILE = /^(\d{4}-\d\d-\d\d)\.json$/
const DAY = 86_400_000 // milliseconds

/**
 * Adds texts of days to the file of today. Resolves to false, with nothing written, while another
 * process writes.
 * @param days number of days to keep
 */
export async function addToday(
  folder: string,
  texts: readonly string[],
  days: number,
  now = Date.now(),
): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  const lock = tryLock(join(folder, 'lock'), 0)
  if (!lock) return false
  try {
    const day = dayOf(now)
    const file = join(folder, `${day}.json`)
    const before = await readFile(file, 'utf8').then(
      (text) => [text],
      (error: NodeJS.ErrnoException) => {
        // It would be replaced, and what it holds lost.
        if (error.code !== 'ENOENT') throw error
        return []
      },
    )
    const sum = await addUp(day, [...before, ...texts])
    const draft = join(folder, `${day}.${randomUUID()}.draft`)
    await writeFile(draft, sum)
    await rename(draft, file)
    // From here on it is added: a failure must not have it added again.
    await removeBefore(folder, dayOf(now - days * DAY)).catch(() => undefined)
    return true
  } finally {
    lock.release()
  }
}

/** Removes expired days, and drafts of killed processes. */
async function removeBefore(folder: string, first: string): Promise<void> {
  const names = await readdir(folder)
  const old = names.filter((name) => name.endsWith('.draft') || (DAY_FILE.exec(name)?.[1] ?? first) < first)
  await Promise.allSettled(old.map((name) => rm(join(folder, name), { force: true })))
}
