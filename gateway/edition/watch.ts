/** Checks the supergraph's file once a second, and offers its new content. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const INTERVAL = 1_000 // milliseconds

/**
 * Starts watching; the returned function stops it. @param offer called with the text whenever the
 * file was written
 */
export function watchSupergraph(file: string, offer: (supergraph: string) => Promise<void>): () => void {
  const stopping = new AbortController()
  void look(file, offer, stopping.signal).catch(() => undefined)
  return () => stopping.abort()
}

async function look(file: string, offer: (supergraph: string) => Promise<void>, signal: AbortSignal): Promise<void> {
  let seen = await stampOf(file)
  while (!signal.aborted) {
    await sleep(INTERVAL, undefined, { signal, ref: false })
    const stamp = await stampOf(file)
    if (stamp === seen || stamp === undefined) continue
    seen = stamp
    await offer(await readFile(file, 'utf8'))
  }
}

/** Changes whenever the file is written or replaced; `undefined` while it is missing. */
async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found && `${found.ino} ${found.mtimeNs} ${found.size}`
}
