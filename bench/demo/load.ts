/**
 * Clients that send requests with pauses of a few milliseconds at most, and their outcomes over
 * time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LinePlot } from './experiment.ts'

/** One request. Times are milliseconds since the load began. */
export interface Answered {
  readonly at: number
  readonly took: number
  /** The error's code; `undefined` for a success. */
  readonly failure: string | undefined
}

export interface Load {
  /** Milliseconds since it began. */
  now(): number
  /** Stops after every client has finished its request. */
  stop(): Promise<readonly Answered[]>
}

interface LoadOptions {
  readonly clients: number
  /** Milliseconds between an answer and the next request of a client. */
  readonly pause?: number
  /** Resolves to a code if the request failed. */
  readonly once: () => Promise<string | undefined>
}

export function startLoad({ clients, pause = 0, once }: LoadOptions): Load {
  const begin = performance.now()
  const now = (): number => performance.now() - begin
  const answered: Answered[] = []
  let running = true
  const client = async (): Promise<void> => {
    while (running) {
      const since = now()
      const failure = await once().catch((error: Error & { code?: string }) => error.code ?? error.message)
      answered.push({ at: now(), took: now() - since, failure })
      if (pause > 0) await sleep(pause)
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    now,
    async stop() {
      running = false
      await all
      return answered
    },
  }
}

export const failuresOf = (answered: readonly Answered[]): number =>
  answered.filter(({ failure }) => failure !== undefined).length

/** Milliseconds of the slowest request. */
export const longestOf = (answered: readonly Answered[]): number => Math.max(0, ...answered.map(({ took }) => took))

/** The failures as text: `3 × SERVICE_TIMEOUT`. */
export function failureNames(answered: readonly Answered[]): string {
  const codes = Map.groupBy(
    answered.filter(({ failure }) => failure !== undefined),
    ({ failure }) => failure,
  )
  return [...codes].map(([code, all]) => `${all.length} × ${code}`).join(', ')
}

const STEP = 500 // milliseconds

/** Good answers per second, over seconds. */
export function rateOf(series: string, answered: readonly Answered[]): LinePlot['values'] {
  const good = answered.filter(({ failure }) => failure === undefined)
  const steps = Math.floor(Math.max(0, ...answered.map(({ at }) => at)) / STEP)
  const counts = Array.from({ length: steps }, () => 0)
  for (const { at } of good) {
    const step = Math.floor(at / STEP)
    if (step < steps) counts[step] = (counts[step] ?? 0) + 1
  }
  return counts.map((count, step) => ({ series, x: ((step + 0.5) * STEP) / 1000, y: (count * 1000) / STEP }))
}
