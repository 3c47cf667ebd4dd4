/**
 * A queue in which callers take turns: a caller with a thousand items delays another's by one item
 * per turn. It knows nothing of the items.
 */

export interface FairQueue<Item> {
  /** Items of all callers. */
  readonly size: number
  /** The sum over all items. */
  readonly weight: number
  lengthOf(caller: string): number
  /** How many items come before the next one that this caller adds. */
  ahead(caller: string): number
  /**
   * Adds an item behind the caller's others. The queue must not hold it already.
   * @param weight how much of a batch it takes up; at least 1
   */
  join(caller: string, item: Item, weight?: number): void
  /** Removes an item; does nothing if it no longer waits. */
  quit(caller: string, item: Item): void
  /** Removes the first item of the caller whose turn it is. */
  next(): Item | undefined
  /** Removes items, callers in turn, up to a total weight of `most`; always at least one. */
  take(most: number): Item[]
  /**
   * Removes the last item of the caller with the most items, unless that is at most one more than
   * this caller has: the two would displace each other for ever.
   */
  takeFromLonger(caller: string): Item | undefined
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** By caller, next turn first: items in order, with their weights. No line is empty. */
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
    // A line put back at the end comes up again in the same loop.
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
