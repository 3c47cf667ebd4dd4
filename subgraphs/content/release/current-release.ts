/**
 * Holds the current release. A new one is swapped in as a whole, by a symbolic link or a rename of
 * the folder (in development by any change in it), and only after it was read in full; until then,
 * and if it cannot be read, the old one answers.
 */
import { type FSWatcher, watch as watchFolder } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'
import type { AssetManifest } from '../assets/manifest.ts'
import { type Release, readRelease } from './release.ts'

interface CurrentRelease {
  get(): Release
  /**
   * Looks now whether another folder has taken the place, and reads it. Calls at the same time
   * share one look.
   */
  check(): Promise<void>
  /**
   * The current release's manifest if it passes, otherwise an older one's: cached pages still point
   * at its files.
   */
  findManifest(lists: (manifest: AssetManifest) => boolean): Promise<AssetManifest | undefined>
  close(): void
}

interface FollowOptions {
  /** Path of the library; a symbolic link is resolved at each check. */
  readonly folder: string
  /** Also reads again when a file changes in place. */
  readonly watchFiles: boolean
  readonly log: Logger
  /** Milliseconds between looks. */
  readonly interval?: number
}

const KEPT_MANIFESTS = 3
const SETTLE = 60 // milliseconds; an editor writes a file in several steps

/** Rejects if the folder cannot be read. */
export async function followReleases({
  folder,
  watchFiles,
  log,
  interval = 1_000,
}: FollowOptions): Promise<CurrentRelease> {
  let { release, place } = await readSettled(folder)
  let olderManifests: readonly AssetManifest[] = []
  let stale = false
  let look: Promise<void> | undefined
  let watcher: FSWatcher | undefined
  let settled: NodeJS.Timeout | undefined
  reportFaults(release, log)

  const readAgain = async (): Promise<void> => {
    try {
      const now = await placeOf(folder)
      if (!stale && samePlace(now, place)) return
      stale = false
      const next = await readSettled(folder)
      olderManifests = [release.assets, ...olderManifests].slice(0, KEPT_MANIFESTS)
      const moved = !samePlace(next.place, place)
      ;({ release, place } = next)
      if (moved) rewatch()
      log.info({ articles: release.published.articles.length }, 'another release of the library is current')
      reportFaults(release, log)
    } catch (error) {
      log.warn({ err: error }, 'the library cannot be read; the last release stays current')
    }
  }
  const check = (): Promise<void> => {
    look ??= readAgain().finally(() => {
      look = undefined
    })
    return look
  }
  const changed = (): void => {
    stale = true
    clearTimeout(settled)
    settled = setTimeout(() => void check(), SETTLE)
  }
  const rewatch = (): void => {
    watcher?.close()
    if (!watchFiles) return
    try {
      watcher = watchFolder(place.path, { recursive: true }, changed)
      watcher.on('error', () => watcher?.close()) // the folder is gone; the next look finds what took its place
    } catch (error) {
      log.warn({ err: error }, 'changes in the library are not watched')
    }
  }
  rewatch()
  const timer = setInterval(() => void check(), interval)
  timer.unref()

  return {
    get: () => release,
    check,
    async findManifest(lists) {
      const find = (): AssetManifest | undefined => [release.assets, ...olderManifests].find(lists)
      const found = find()
      if (found) return found
      // Another instance may have been faster to see the release that this address is from.
      await check()
      return find()
    },
    close() {
      clearInterval(timer)
      clearTimeout(settled)
      watcher?.close()
    },
  }
}

interface Place {
  readonly path: string
  readonly inode: bigint
  readonly device: bigint
  /** Nanoseconds; renaming a folder changes it. */
  readonly changed: bigint
}

async function placeOf(folder: string): Promise<Place> {
  const path = await realpath(folder)
  const { ino: inode, dev: device, ctimeNs: changed } = await stat(path, { bigint: true })
  return { path, inode, device, changed }
}

/** Two folders are never the same place, even if one took the other's name. */
const samePlace = (one: Place, other: Place): boolean =>
  one.path === other.path && one.inode === other.inode && one.device === other.device

/** False also if a folder was renamed and renamed back between the two checks. */
const untouched = (before: Place, after: Place): boolean => samePlace(before, after) && before.changed === after.changed

const ATTEMPTS = 10
const BETWEEN_ATTEMPTS = 20 // milliseconds; between two renames there is no folder for a moment

/** Reads until no swap fell into the reading, so that a release never has files of two. */
async function readSettled(folder: string): Promise<{ release: Release; place: Place }> {
  let fault: unknown = new Error('the library was swapped again and again while it was read')
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const place = await placeOf(folder)
      const release = await readRelease(place.path)
      if (untouched(place, await placeOf(folder))) return { release, place }
    } catch (error) {
      fault = error
    }
    await delay(BETWEEN_ATTEMPTS)
  }
  throw fault
}

function reportFaults({ faults }: Release, log: Logger): void {
  for (const { severity, file, line, message } of faults) {
    log.warn({ file, line }, severity === 'error' ? `skipped: ${message}` : message)
  }
}
