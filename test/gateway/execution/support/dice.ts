/** Seeded random numbers: the same seed makes the same choices. */

export interface Dice {
  /** A whole number below `count`. */
  below(count: number): number
  /** True once in `oneIn` times on average. */
  chance(oneIn: number): boolean
  of<Item>(items: readonly Item[]): Item
}

/** Mulberry32: small, fast, and random enough for tests. */
export function createDice(seed: number): Dice {
  let state = seed | 0
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count
  }
  return {
    below,
    chance: (oneIn) => below(oneIn) === 0,
    of: (items) => items[below(items.length)] as (typeof items)[number],
  }
}
