/**
 * Group commit: one batch is in flight; whatever comes meanwhile is the next batch. No timer, so a lone request waits for nobody.
 * Knows neither money nor database.
 */

export interface GroupCommit<Item, Result> {
  submit(item: Item): Promise<Result>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface GroupCommitOptions<Item, Result> {
  /** Gives one result for each item, in order. A rejection rejects all of them. */
  commit(items: readonly Item[]): Promise<readonly Result[]>
  /** What is over it waits for the batch after. */
  readonly maxBatch: number
}

export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { commit, maxBatch } = options
  let queue: Waiting<Item, Result>[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      // Whoever is woken by the batch before gets its turn to ask again, and then shares this one.
      await new Promise(setImmediate)
      const batch = queue.slice(0, maxBatch)
      queue = queue.slice(maxBatch)
      try {
        const results = await commit(batch.map(({ item }) => item))
        for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = undefined
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject })
        running ??= run()
      }),
    async idle() {
      while (running) await running
    },
  }
}
