/**
 * Keeps one process alive: starts it, waits until it serves, starts it again when it dies. Never
 * gives up on one that has served.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunState } from '../platform/process/control.ts'
import { StartRefused } from '../platform/process/settings.ts'
import { type Child, spawnChild } from './child.ts'
import { createGate } from './gate.ts'
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
  /** Ends it, and it stays ended until it is released. */
  hold(): void
  /** Starts it again if it is held. */
  release(): void
  state(): RunState
  /** Ends it, and it stays ended. */
  stop(): Promise<void>
  /** Pid of the process that was started last. */
  pid(): number | undefined
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
  ready.catch(() => {}) // waiters get the error; a stop may come before there are any
  let child: Child | undefined
  let [served, asked] = [false, false]
  const gate = createGate()
  let state: RunState = 'starting'
  let awake = new AbortController()

  const runOnce = (): Promise<Life> => {
    const startedAt = performance.now()
    state = 'starting'
    report(spec.label, { state })
    child = spawnChild(spec, (line) => report(spec.label, { state: 'notice', line }))
    const serving = (url: string): void => {
      served = true
      if (!gate.isClosed()) state = 'running'
      report(spec.label, { state: 'ready', after: performance.now() - startedAt })
      resolve(url)
    }
    return lifeOf(child, serves, serving, reject)
  }

  const life = (async () => {
    for (let deaths = 1; !stopping.signal.aborted; deaths++) {
      if (gate.isClosed()) {
        state = 'stopped'
        report(spec.label, { state })
        await gate.passed()
        deaths = 1
        asked = false
        if (stopping.signal.aborted) return
      }
      const { how, servedFor, refusal } = await runOnce()
      if (stopping.signal.aborted) break
      state = 'starting'
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

  const restart = (): void => {
    asked = true
    awake.abort()
    void child?.end()
  }
  return {
    ready,
    restart,
    hold() {
      if (gate.isClosed()) return
      gate.close()
      state = 'stopping'
      restart()
    },
    release: gate.open,
    state: () => state,
    async stop() {
      stopping.abort()
      gate.open()
      await child?.end()
      await life
    },
    pid: () => child?.pid,
  }
}

/** One life of the process. */
interface Life {
  readonly how: string
  /** Milliseconds; negative infinity if it never did. */
  readonly servedFor: number
  readonly refusal: string | undefined
}

async function lifeOf(
  child: Child,
  serves: (url: string, gone: AbortSignal) => Promise<void>,
  serving: (url: string) => void,
  reject: (error: unknown) => void,
): Promise<Life> {
  let readyAt = Number.POSITIVE_INFINITY
  const gone = new AbortController()
  child.announced
    .then(async (url) => {
      await serves(url, gone.signal)
      if (gone.signal.aborted) return
      readyAt = performance.now()
      serving(url)
    })
    .catch(reject)
  const how = await child.ended
  gone.abort()
  return { how, servedFor: performance.now() - readyAt, refusal: child.refusal() }
}
