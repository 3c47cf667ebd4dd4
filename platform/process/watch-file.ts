/** Checks a file once a second, and tells when it was written. */
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const INTERVAL = 1_000 // milliseconds

/**
 * Starts watching; the returned function stops it.
 * @param written called whenever it was; what is written meanwhile is told afterwards
 */
export function watchFile(file: string, written: () => Promise<void>): () => void {
  const stopping = new AbortController()
  void look(file, written, stopping.signal).catch(() => undefined)
  return () => stopping.abort()
}

async function look(file: string, written: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let seen = await stampOf(file)
  while (!signal.aborted) {
    await sleep(INTERVAL, undefined, { signal, ref: false })
    const stamp = await stampOf(file)
    if (stamp === seen || stamp === undefined) continue
    seen = stamp
    await written()
  }
}

/** Changes whenever the file is written or replaced; `undefined` while it is missing. */
async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`
}
