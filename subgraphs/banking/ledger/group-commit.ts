/**
 * Group commit: one batch is committed at a time, while the next one collects requests and is
 * prepared. A batch has a maximum weight and callers take turns in it, so that no caller waits for
 * all earlier requests of another. There is no timer: a single request starts at once. Knows
 * neither money nor database.
 */
import { createFairQueue } from '../../../platform/data/fair-queue.ts'

interface GroupCommit<Item, Result> {
  submit(item: Item): Promise<Result>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

interface GroupCommitOptions<Item, Ready, Result> {
  /**
   * Called for each batch in order, once the commit of the one before it has begun. Must not
   * reject.
   */
  prepare(items: readonly Item[]): Promise<Ready>
  /**
   * Called for each batch in order, once the one before it has ended. Gives one result for each
   * item; a rejection rejects all of them.
   */
  commit(items: readonly Item[], ready: Ready): Promise<readonly Result[]>
  /** The caller whose turn an item takes. The items of one caller stay in order. */
  callerOf(item: Item): string
  /** The item's share of a batch's weight: at least 1. */
  weightOf(item: Item): number
  /** Most weight of a batch. A heavier item is a batch by itself. */
  readonly maxWeight: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly weight: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Below this weight a batch is not split. */
const WORTH_HALVING = 16 // weight

export function createGroupCommit<Item, Ready, Result>(
  options: GroupCommitOptions<Item, Ready, Result>,
): GroupCommit<Item, Result> {
  const { prepare, commit, callerOf, weightOf, maxWeight } = options
  const waiting = createFairQueue<Waiting<Item, Result>>()
  /** The weight of what is being committed. */
  let committing = 0
  let committed: Promise<void> = Promise.resolve()
  /** Wakes the loop when as much is queued as is being committed. */
  let enough: (() => void) | undefined
  let running: Promise<void> | undefined

  /**
   * Takes half of the weight that is queued or being committed, as far as it is queued: the two
   * halves take turns, one prepared while the other is committed.
   */
  const take = (): Waiting<Item, Result>[] => {
    const asked = waiting.weight + committing
    return waiting.take(Math.min(maxWeight, asked < WORTH_HALVING ? asked : Math.ceil(asked / 2)))
  }

  const settle = async (batch: readonly Waiting<Item, Result>[], ready: Ready): Promise<void> => {
    committing = weightOfAll(batch)
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
    // The prepared batch is sent first: the work that answers set off would delay it.
    setImmediate(tell)
  }

  const run = async (): Promise<void> => {
    while (waiting.weight > 0 || committing > 0) {
      // A small batch beside a large one would gain nothing: wait for more requests.
      if (waiting.weight < committing) {
        const woken = new Promise<void>((resolve) => {
          enough = resolve
        })
        await Promise.race([woken, committed])
      }
      // Callers that the last batch answered get a turn to ask again, and share this batch.
      await new Promise(setImmediate)
      if (waiting.weight === 0) continue
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
        const weight = weightOf(item)
        waiting.join(callerOf(item), { item, weight, resolve, reject }, weight)
        if (waiting.weight >= committing) enough?.()
        running ??= run()
      }),
    async idle() {
      while (running) await running
    },
  }
}

const weightOfAll = (items: readonly { readonly weight: number }[]): number =>
  items.reduce((sum, { weight }) => sum + weight, 0)
