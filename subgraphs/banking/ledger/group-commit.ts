/**
 * Group commit: one batch is committed at a time; whatever comes meanwhile is the next, which is
 * made ready at the same time. A batch is bounded by weight and callers take turns in it, so that
 * nobody waits for all that somebody else asked before. No timer, so a lone request waits for
 * nobody. Knows neither money nor database.
 */
import { createFairQueue } from '../../../platform/data/fair-queue.ts'

export interface GroupCommit<Item, Result> {
  submit(item: Item): Promise<Result>
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>
}

export interface GroupCommitOptions<Item, Ready, Result> {
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
  /** Whose turn an item takes. The items of one caller stay in order. */
  callerOf(item: Item): string
  /** How much of a batch an item takes up: at least 1. */
  weightOf(item: Item): number
  /**
   * Weight of a batch; what is over it waits for the batch after. A heavier item is a batch by
   * itself.
   */
  readonly maxWeight: number
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly weight: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Lighter ones go together: halves of them would cost more than they gain. */
const WORTH_HALVING = 16

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

  /** Half of everything asked for, so that one half is made ready while the other is committed. */
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
    // The batch that is ready is sent first: whatever those who are told do next would keep it
    // waiting.
    setImmediate(tell)
  }

  const run = async (): Promise<void> => {
    while (waiting.weight > 0 || committing > 0) {
      // A small batch beside a large one would only put off its own next turn.
      if (waiting.weight < committing) {
        const woken = new Promise<void>((resolve) => {
          enough = resolve
        })
        await Promise.race([woken, committed])
      }
      // Whoever is woken by the batch before gets its turn to ask again, and then shares this one.
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
