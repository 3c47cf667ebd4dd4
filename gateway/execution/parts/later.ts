/** Carries out, in parallel, the fetches that the first part does not wait for. */
import { carryOut } from '../exact/execute.ts'
import type { Run } from '../exact/run.ts'
import type { SplitPlan } from './split-plan.ts'

export interface Later {
  /** Called with the index of each fetch that has ended. */
  readonly onEnd: (fetch: number) => void
  /** Called when the first part has everything that it needs. */
  begin(): void
  isOver(fetch: number): boolean
  /** Why a fetch could not be carried out: a bug of the gateway. */
  fault(fetch: number): unknown
  /** Resolves when another fetch has ended. */
  next(): Promise<void>
}

/**
 * @param whenFirst true: nothing is fetched before the first part is complete; false: each fetch
 * begins as soon as those that it follows have ended
 */
export function startLater({ later }: SplitPlan, run: Run, whenFirst: boolean): Later {
  const ends = new Map<number, PromiseWithResolvers<void>>()
  for (const { after } of later) for (const fetch of after) ends.set(fetch, Promise.withResolvers())
  const first = Promise.withResolvers<void>()
  const faults = new Map<number, unknown>()
  const open = new Set(later.map(({ fetch }) => fetch.index))
  let hasBegun = false
  let woken = Promise.withResolvers<void>()
  const onEnd = (fetch: number): void => ends.get(fetch)?.resolve()

  const carryOutLater = async ({ fetch, after }: SplitPlan['later'][number]): Promise<void> => {
    try {
      if (whenFirst) await first.promise
      await Promise.all(after.map((each) => ends.get(each)?.promise))
      await carryOut(fetch, run)
    } catch (error) {
      faults.set(fetch.index, error)
    }
    open.delete(fetch.index)
    onEnd(fetch.index)
    woken.resolve()
  }

  for (const each of later) void carryOutLater(each)
  return {
    onEnd,
    begin() {
      hasBegun = true
      first.resolve()
    },
    isOver: (fetch) => hasBegun && !open.has(fetch),
    fault: (fetch) => faults.get(fetch),
    async next() {
      await woken.promise
      woken = Promise.withResolvers()
    },
  }
}
