/**
 * Gathers what is asked within a moment, and all that is asked while a call is under way, into one
 * call: one is in flight at a time.
 */
import { setTimeout as delay } from 'node:timers/promises'

/** Outcomes parallel to the items of a batch; an `Error` fails its own item only. */
type RunBatch<Item, Result> = (items: readonly Item[]) => Promise<readonly (Result | Error)[]>

/** How long the first question waits for others to go with. All in milliseconds. */
interface Gathering {
  /** It ends when nothing more came for so long, */
  readonly quiet: number
  /** or after so long. */
  readonly longest: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * A function that answers one item by way of `run`, which gets all items of a moment at once.
 * @param gathering without it a batch is what is asked in one turn of the event loop
 */
export function batcher<Item, Result>(
  run: RunBatch<Item, Result>,
  gathering?: Gathering,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []
  let busy = false

  const gather = async ({ quiet, longest }: Gathering): Promise<void> => {
    const end = performance.now() + longest
    for (let known = 0; known < waiting.length && performance.now() < end; ) {
      known = waiting.length
      const due = performance.now() + quiet
      await delay(quiet)
      // If the timer fires late, the process was busy, perhaps with the very requests that it waits
      // for.
      if (performance.now() - due > quiet) known = 0
    }
  }

  const work = async (): Promise<void> => {
    if (gathering) await gather(gathering)
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const results = await run(batch.map(({ item }) => item))
        for (const [index, { resolve, reject }] of batch.entries()) {
          const result = results[index] ?? new Error('A batch came back without one of its results.')
          if (result instanceof Error) reject(result)
          else resolve(result)
        }
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    busy = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (busy) return
      busy = true
      // Runs after every resolver of the current request has asked, at any depth.
      setImmediate(work)
    })
}
