/**
 * The records of one execution: fixed-size rows of words, an arena for each place of objects. They
 * come from a pool and go back as zeros, so that nothing of one request can be read by another.
 */
import type { Code } from './code.ts'

/** The number of arenas, and the address in the code of their record lengths. */
export interface Arenas {
  readonly count: number
  readonly words: number
}

const FIRST_SIZE = 256 // words
const KEPT = 64 // arenas that a pooled set keeps
const MAX_KEPT_WORDS = 64 * 1024 // of one arena; a larger one is released
const MAX_POOLED = 64

export class Tapes {
  arenas: Int32Array[] = []
  /** Address of the next record of each arena. */
  tops: number[] = []

  /** Records never have address 0, which means "none". */
  open({ words: code }: Code, { count, words }: Arenas): void {
    for (let arena = 0; arena < count; arena++) {
      this.arenas[arena] ??= new Int32Array(FIRST_SIZE)
      this.tops[arena] = code[words + arena] as number
    }
  }

  /** Returns the address of a new record, which is all zeros. */
  add(arena: number, words: number): number {
    const at = this.tops[arena] as number
    const end = at + words
    if (end > (this.arenas[arena] as Int32Array).length) this.#grow(arena, end)
    this.tops[arena] = end
    return at
  }

  #grow(arena: number, needed: number): void {
    const before = this.arenas[arena] as Int32Array
    const larger = new Int32Array(Math.max(needed, 2 * before.length))
    larger.set(before)
    this.arenas[arena] = larger
  }

  clear(): void {
    for (let arena = 0; arena < this.tops.length; arena++) {
      const tape = this.arenas[arena] as Int32Array
      if (tape.length > MAX_KEPT_WORDS) this.arenas[arena] = new Int32Array(FIRST_SIZE)
      else tape.fill(0, 0, this.tops[arena])
    }
    this.tops.length = 0
    if (this.arenas.length > KEPT) this.arenas.length = KEPT
  }
}

const pool: Tapes[] = []

/** Last in, first out. */
export const takeTapes = (): Tapes => pool.pop() ?? new Tapes()

export function giveBack(tapes: Tapes): void {
  tapes.clear()
  if (pool.length < MAX_POOLED) pool.push(tapes)
}
