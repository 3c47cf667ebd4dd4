/** Keeps a number of transfers in flight for a while, and measures throughput and latency. */
import { percentile } from '../common/statistics.ts'

export type Move = (from: string, to: string) => Promise<void>

export interface Measured {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

export interface Load {
  readonly move: Move
  readonly pick: () => [string, string]
  readonly inFlight: number
  readonly milliseconds: number
}

const WARM_UP = 500 // milliseconds

export async function measureLoad(load: Load): Promise<Measured> {
  await runFor(load, WARM_UP)
  const start = performance.now()
  const durations = await runFor(load, load.milliseconds)
  return summary(durations, performance.now() - start)
}

async function runFor({ move, pick, inFlight }: Load, milliseconds: number): Promise<number[]> {
  const end = performance.now() + milliseconds
  const durations: number[] = []
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now()
      await move(...pick())
      durations.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client))
  return durations
}

const TIMES_ALONE = 200

/** One at a time, with nothing else in flight. */
export async function measureAlone(work: () => Promise<void>): Promise<Measured> {
  const durations: number[] = []
  for (let time = -20; time < TIMES_ALONE; time += 1) {
    const start = performance.now()
    await work()
    if (time >= 0) durations.push(performance.now() - start)
  }
  return summary(
    durations,
    durations.reduce((sum, duration) => sum + duration, 0),
  )
}

const summary = (durations: readonly number[], milliseconds: number): Measured => ({
  perSecond: (durations.length / milliseconds) * 1_000,
  p50: percentile(durations, 0.5),
  p99: percentile(durations, 0.99),
})
