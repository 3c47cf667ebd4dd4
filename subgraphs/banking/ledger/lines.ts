/**
 * Lines of those who wait, one for each caller, who take turns: one with a thousand items delays
 * another by one at a time.
 */

interface Placed {
  readonly caller: string
  /** At least 1. */
  readonly weight: number
}

export interface Lines<Item extends Placed> {
  join(item: Item): void
  /**
   * Takes the next of each caller in turn, until one would make them heavier than `most` together;
   * the first whatever its weight.
   */
  take(most: number): Item[]
  /** Of all that wait. */
  weight(): number
}

export function createLines<Item extends Placed>(): Lines<Item> {
  /** By caller, whose turn it is first. No line is empty. */
  const lines = new Map<string, Set<Item>>()
  let total = 0
  return {
    join(item) {
      const line = lines.get(item.caller)
      if (line) line.add(item)
      else lines.set(item.caller, new Set([item]))
      total += item.weight
    },
    take(most) {
      const taken: Item[] = []
      let weight = 0
      // A line that is put back at the end comes up again in the same loop.
      for (const [caller, line] of lines) {
        const [next] = line
        if (!next || (taken.length > 0 && weight + next.weight > most)) break
        line.delete(next)
        lines.delete(caller)
        if (line.size > 0) lines.set(caller, line)
        taken.push(next)
        weight += next.weight
      }
      total -= weight
      return taken
    },
    weight: () => total,
  }
}
