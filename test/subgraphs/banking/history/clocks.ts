/**
 * Adjustable clocks: the database's by a replaced function, each instance's by libfaketime, which
 * reads a file at every call. They are set so that midnight (UTC) comes soon, in this process too.
 * Monotonic time stays real.
 */
import { globSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installMovedClock, type MovedClock } from '../support/moved-clock.ts'

export interface Clocks {
  /** Milliseconds since 1970. */
  readonly midnight: number
  /** Environment variables of an instance. */
  environment(instance: number): Readonly<Record<string, string>>
  /** Sets the clock of a new database. */
  setDatabase(url: string): Promise<void>
  /** Sets the clocks' offset; zero corrects them. */
  step(target: ClockTarget, milliseconds: number): Promise<void>
  /** Removes the library's files of a killed process. */
  forget(pid: number): Promise<void>
  /** Restores the true clock of this process. */
  close(): void
}

/** `all`: the database and every instance, so that they agree. */
export type ClockTarget = 'database' | 'all' | { readonly instance: number }

const HOUR = 3_600_000 // milliseconds
const DAY = 24 * HOUR

/** @param midnightIn milliseconds until midnight */
export async function startClocks(dataDir: string, instances: number, midnightIn: number): Promise<Clocks> {
  const library = findLibrary()
  const truth = Date.now
  // All clocks are late, so that no step goes beyond the true time, which a database has until its
  // clock is set.
  const midnight = Math.floor((truth() + midnightIn - HOUR) / DAY) * DAY
  const base = midnight - midnightIn - truth()
  const fileOf = (instance: number): string => join(dataDir, `clock-${instance}`)
  const everyInstance = Array.from({ length: instances }, (_, instance) => instance)
  const setInstance = async (instance: number, milliseconds: number): Promise<void> => {
    const shift = (base + milliseconds) / 1_000
    // Written and renamed: a partially written file would be read as no step.
    await writeFile(`${fileOf(instance)}.new`, `${shift < 0 ? '' : '+'}${shift}\n`)
    await rename(`${fileOf(instance)}.new`, fileOf(instance))
  }
  await Promise.all(everyInstance.map((instance) => setInstance(instance, 0)))
  Date.now = () => truth() + base
  let database: MovedClock | undefined
  return {
    midnight,
    environment: (instance) => ({
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: fileOf(instance),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }),
    async setDatabase(url) {
      database = await installMovedClock(url)
      await database.move(base)
    },
    async step(target, milliseconds) {
      const moved = typeof target === 'object' ? [target.instance] : target === 'all' ? everyInstance : []
      await Promise.all([
        typeof target === 'object' ? undefined : database?.move(base + milliseconds),
        ...moved.map((instance) => setInstance(instance, milliseconds)),
      ])
    },
    async forget(pid) {
      const left = [`/dev/shm/faketime_shm_${pid}`, `/dev/shm/sem.faketime_sem_${pid}`]
      await Promise.all(left.map((file) => rm(file, { force: true })))
    },
    close() {
      Date.now = truth
    },
  }
}

/** @throws Error if Debian's package is not installed */
function findLibrary(): string {
  const [found] = globSync('/usr/lib/*/faketime/libfaketime.so.1')
  if (found !== undefined) return found
  throw new Error('There is no /usr/lib/*/faketime/libfaketime.so.1: install the Debian package "libfaketime".')
}
