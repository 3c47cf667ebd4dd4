/**
 * Keeps one process alive: starts it, waits until it serves, starts it again when it dies. Never
 * gives up on one that has served.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { StartRefused } from '../platform/process/settings.ts'
import { type Child, spawnChild } from './child.ts'
import type { ProcessSpec } from './processes.ts'

/** How far a process is. Times are milliseconds. */
export type ProcessState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready' | 'done'; readonly after: number }
  | { readonly state: 'died'; readonly how: string; readonly delay: number }
  | { readonly state: 'stopped' }
  /** It goes on as before and has something to say. */
  | { readonly state: 'notice'; readonly line: string }

export type Report = (label: string, state: ProcessState) => void

export interface Supervised {
  /**
   * Resolves to its address when it serves for the first time; rejects with `StartRefused` when it
   * never does.
   */
  readonly ready: Promise<string>
  /** Ends it and starts it again at once, however often it died before. */
  restart(): void
  /** Ends it, and it stays ended. */
  stop(): Promise<void>
}

const FIRST_ATTEMPTS = 3
const SHORTEST_DELAY = 100 // milliseconds; doubles with each death in a row
const LONGEST_DELAY = 10_000 // milliseconds
const STABLE = 30_000 // milliseconds it has to serve for its earlier deaths to be forgotten

/**
 * @param serves resolves when a process that announced this address can serve; asked on every start
 */
export function supervise(
  spec: ProcessSpec,
  serves: (url: string, gone: AbortSignal) => Promise<void>,
  report: Report,
): Supervised {
  const stopping = new AbortController()
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  ready.catch(() => {}) // whoever waits hears of it; a stop may come before anybody does
  let child: Child | undefined
  let served = false
  let asked = false
  let awake = new AbortController()

  const runOnce = async (): Promise<{ how: string; servedFor: number; refusal: string | undefined }> => {
    const startedAt = performance.now()
    let readyAt = Number.POSITIVE_INFINITY
    const gone = new AbortController()
    report(spec.label, { state: 'starting' })
    child = spawnChild(spec, (line) => report(spec.label, { state: 'notice', line }))
    child.announced
      .then(async (url) => {
        await serves(url, gone.signal)
        if (gone.signal.aborted) return
        readyAt = performance.now()
        served = true
        report(spec.label, { state: 'ready', after: readyAt - startedAt })
        resolve(url)
      })
      .catch(reject)
    const how = await child.ended
    gone.abort()
    return { how, servedFor: performance.now() - readyAt, refusal: child.refusal() }
  }

  const life = (async () => {
    for (let deaths = 1; !stopping.signal.aborted; deaths++) {
      const { how, servedFor, refusal } = await runOnce()
      if (stopping.signal.aborted) break
      if (asked) {
        asked = false
        deaths = 0
        continue
      }
      if (servedFor > STABLE) deaths = 1
      if (!served && (refusal !== undefined || deaths === FIRST_ATTEMPTS)) {
        reject(new StartRefused(refusal ?? `${spec.label} cannot start (${how}).`))
        break
      }
      if (refusal !== undefined) report(spec.label, { state: 'notice', line: refusal })
      const delay = Math.min(SHORTEST_DELAY * 2 ** (deaths - 1), LONGEST_DELAY)
      report(spec.label, { state: 'died', how, delay })
      awake = new AbortController()
      await sleep(delay, undefined, { signal: AbortSignal.any([stopping.signal, awake.signal]) }).catch(() => {})
      if (asked) deaths = 0
      asked = false
    }
    report(spec.label, { state: 'stopped' })
  })()

  return {
    ready,
    restart() {
      asked = true
      awake.abort()
      void child?.end()
    },
    async stop() {
      stopping.abort()
      await child?.end()
      await life
    },
  }
}
