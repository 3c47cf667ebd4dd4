/** Keeps V8's young generation as small as the work allows: where little survives a collection, more room saves no time. Changes what the process costs, never what it does. */
import { PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'

// Collections. Few, since what a small young generation cannot hold goes to the old one, and takes room there until that is collected: with
// 128 of them, a gateway that waits for slow services kept 35 MB more.
const LOOKED_AT = 16
/** Looks in a row that find them dear: a few may have met a crowd that connects, of which all stays and nothing is saved by more room. */
const LOOKS = 3
const DEAR = 1.5 // milliseconds of a collection: small answers take a third to two thirds of it, large ones two thirds more

/**
 * Lets it grow to the size that `node-flags.ts` allows, and for good, once collecting it takes long: of an answer of 90 kB so much is alive at
 * a time that three quarters of the collections are saved. Until then it stays 10 MB smaller. Judges by the thread that calls it, for all.
 */
export function growYoungGenerationWherePaid(): void {
  // V8 asks for it each time it would let it grow.
  setFlagsFromString('--semi-space-growth-factor=1')
  let collections = 0
  let milliseconds = 0
  let dear = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections += 1
      milliseconds += duration
    }
    if (collections < LOOKED_AT) return
    dear = milliseconds > collections * DEAR ? dear + 1 : 0
    if (dear === LOOKS) {
      setFlagsFromString('--semi-space-growth-factor=2') // as it is by default
      observer.disconnect()
    }
    collections = 0
    milliseconds = 0
  })
  observer.observe({ type: 'gc' })
}
