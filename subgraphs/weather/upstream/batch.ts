/** Gathers what is asked while a call is under way into the next one: one call in flight, no timer, so light load waits for nothing. */

/** Outcomes parallel to the items of a batch; an `Error` fails its own item only. */
export type RunBatch<Item, Result> = (items: readonly Item[]) => Promise<readonly (Result | Error)[]>

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** A function that answers one item by way of `run`, which gets all items of a moment at once. */
export function batcher<Item, Result>(run: RunBatch<Item, Result>): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []
  let busy = false

  const work = async (): Promise<void> => {
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
      // After every resolver of the present operation has asked, whatever its depth.
      setImmediate(() => void work())
    })
}
