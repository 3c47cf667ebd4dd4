/** Checks files once a second, and tells when one was written. */
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const INTERVAL = 1_000 // milliseconds

/** Files by path, with their stamps when they were last read. */
export type Seen = Map<string, string | undefined>

/** Changes whenever the file is written or replaced; `undefined` while it cannot be found. */
export function stampOf(file: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true })
    return `${ino} ${mtimeNs} ${size}`
  } catch {
    return undefined
  }
}

/**
 * Starts watching; the returned function stops it.
 * @param seen may get further files at any time
 * @param written called whenever one was; what is written meanwhile is told afterwards
 */
export function watchFiles(seen: Seen, written: () => Promise<void>): () => void {
  const stopping = new AbortController()
  void look(seen, written, stopping.signal).catch(() => undefined)
  return () => stopping.abort()
}

/** The same for one file, from now on. */
export const watchFile = (file: string, written: () => Promise<void>): (() => void) =>
  watchFiles(new Map([[file, stampOf(file)]]), written)

async function look(seen: Seen, written: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(INTERVAL, undefined, { signal, ref: false })
    let isWritten = false
    for (const [file, before] of seen) {
      const stamp = stampOf(file)
      if (stamp === before || stamp === undefined) continue
      seen.set(file, stamp)
      isWritten = true
    }
    if (isWritten) await written()
  }
}
