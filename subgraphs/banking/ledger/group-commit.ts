/**
 * Group commit: one batch is committed at a time; whatever comes meanwhile is the next, which is made ready at the same time.
 * No timer, so a lone request waits for nobody. Knows neither money nor database.
 */

export interface GroupCommit<Item, Result> {
  submit(item: Item): Promise<Result>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

export interface GroupCommitOptions<Item, Ready, Result> {
  /** Called for each batch in order, once the commit of the one before it has begun. Must not reject. */
  prepare(items: readonly Item[]): Promise<Ready>
  /** Called for each batch in order, once the one before it has ended. Gives one result for each item; a rejection rejects all of them. */
  commit(items: readonly Item[], ready: Ready): Promise<readonly Result[]>
  /** What is over it waits for the batch after. */
  readonly maxBatch: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Fewer than these go together: halves of them would cost more than they gain. */
const WORTH_HALVING = 16

export function createGroupCommit<Item, Ready, Result>(
  options: GroupCommitOptions<Item, Ready, Result>,
): GroupCommit<Item, Result> {
  const { prepare, commit, maxBatch } = options
  let queue: Waiting<Item, Result>[] = []
  /** How many are being committed. */
  let committing = 0
  let committed: Promise<void> = Promise.resolve()
  /** Wakes the loop when as many are queued as are being committed. */
  let enough: (() => void) | undefined
  let running: Promise<void> | undefined

  /** Half of everything asked for, so that one half is made ready while the other is committed. */
  const take = (): Waiting<Item, Result>[] => {
    const asked = queue.length + committing
    const size = Math.min(maxBatch, asked < WORTH_HALVING ? asked : Math.ceil(asked / 2))
    const batch = queue.slice(0, size)
    queue = queue.slice(size)
    return batch
  }

  const settle = async (batch: readonly Waiting<Item, Result>[], ready: Ready): Promise<void> => {
    committing = batch.length
    const tell = await commit(
      batch.map(({ item }) => item),
      ready,
    ).then(
      (results) => () => {
        for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result)
      },
      (error: unknown) => () => {
        for (const { reject } of batch) reject(error)
      },
    )
    committing = 0
    // The batch that is ready is sent first: whatever those who are told do next would keep it waiting.
    setImmediate(tell)
  }

  const run = async (): Promise<void> => {
    while (queue.length > 0 || committing > 0) {
      // A small batch beside a large one would only put off its own next turn.
      if (queue.length < committing) {
        const woken = new Promise<void>((resolve) => {
          enough = resolve
        })
        await Promise.race([woken, committed])
      }
      // Whoever is woken by the batch before gets its turn to ask again, and then shares this one.
      await new Promise(setImmediate)
      if (queue.length === 0) continue
      const batch = take()
      const ready = await prepare(batch.map(({ item }) => item))
      await committed
      committed = settle(batch, ready)
    }
    running = undefined
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject })
        if (queue.length >= committing) enough?.()
        running ??= run()
      }),
    async idle() {
      while (running) await running
    },
  }
}
