/**
 * A queue in which callers take turns: one with a thousand items delays another's by one item at a
 * time. It knows nothing of what waits.
 */

export interface FairQueue<Item> {
  /** Items of all callers. */
  readonly size: number
  /** Of all items. */
  readonly weight: number
  lengthOf(caller: string): number
  /** How many items would come before the next that this caller adds. */
  ahead(caller: string): number
  /**
   * Adds an item, of which the queue holds no second one, behind the caller's others.
   * @param weight how much of a batch it takes up; at least 1
   */
  join(caller: string, item: Item, weight?: number): void
  /** Takes an item out; nothing where it waits no more. */
  quit(caller: string, item: Item): void
  /** Takes the first item of the caller whose turn it is. */
  next(): Item | undefined
  /**
   * Takes the next of each caller in turn, until one would make them heavier than `most` together;
   * the first whatever its weight.
   */
  take(most: number): Item[]
  /**
   * Takes the last item of the caller who has most. Nothing where that is hardly more than this
   * caller has: both would change places for ever.
   */
  takeFromLonger(caller: string): Item | undefined
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** The weights of the items in order, by caller, whose turn it is first. No line is empty. */
  const lines = new Map<string, Map<Item, number>>()
  let size = 0
  let total = 0

  const lengthOf = (caller: string): number => lines.get(caller)?.size ?? 0

  const quit = (caller: string, item: Item): void => {
    const line = lines.get(caller)
    const weight = line?.get(item)
    if (!line || weight === undefined) return
    line.delete(item)
    size -= 1
    total -= weight
    if (line.size === 0) lines.delete(caller)
  }

  const take = (most: number): Item[] => {
    const taken: Item[] = []
    let weight = 0
    // A line that is put back at the end comes up again in the same loop.
    for (const [caller, line] of lines) {
      const [first] = line
      if (!first || (taken.length > 0 && weight + first[1] > most)) break
      taken.push(first[0])
      weight += first[1]
      quit(caller, first[0])
      if (lines.delete(caller)) lines.set(caller, line)
    }
    return taken
  }

  return {
    get size() {
      return size
    },
    get weight() {
      return total
    },
    lengthOf,
    ahead(caller) {
      const turns = lengthOf(caller) + 1
      let ahead = 0
      for (const line of lines.values()) ahead += Math.min(line.size, turns)
      return ahead
    },
    join(caller, item, weight = 1) {
      const line = lines.get(caller)
      if (line) line.set(item, weight)
      else lines.set(caller, new Map([[item, weight]]))
      size += 1
      total += weight
    },
    quit,
    next: () => take(0)[0],
    take,
    takeFromLonger(caller) {
      let longest: readonly [string, Map<Item, number>] | undefined
      for (const each of lines) if (each[1].size > (longest?.[1].size ?? 0)) longest = each
      if (!longest || longest[1].size <= lengthOf(caller) + 1) return undefined
      const last = [...longest[1].keys()].at(-1) as Item
      quit(longest[0], last)
      return last
    },
  }
}
