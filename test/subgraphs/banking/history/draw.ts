/** Repeatable random numbers from a seed. */
import { hash } from 'node:crypto'

export interface Draw {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  of<Item>(items: readonly Item[]): Item | undefined
}

export function createDraw(seed: string): Draw {
  let count = 0
  const below = (limit: number): number => {
    count += 1
    return Math.floor((Number.parseInt(hash('sha256', `${seed} ${count}`, 'hex').slice(0, 12), 16) / 2 ** 48) * limit)
  }
  return { below, of: (items) => items[below(items.length)] }
}
