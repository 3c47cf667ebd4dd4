/**
 * Lends memory for bytes that live for a moment and comes back when they are gone. Each answer
 * would be a new `Buffer` otherwise, and under load tens of megabytes of dead ones wait for the
 * collector.
 */

/** Bytes that are lent to one request. */
export interface Loan {
  /**
   * As many as were asked for. They hold what was there before: write them before anyone reads
   * them.
   */
  readonly bytes: Buffer
  /**
   * Takes the memory back: call it only when nobody refers to the bytes any more. Does nothing the
   * second time. Where nobody can be sure of that, leave it out: the collector frees them.
   */
  free(): void
}

const LEAST = 256 // bytes; below, lending costs more than allocating
/** Bytes; larger ones are memory of their own. */
export const LARGEST_LOAN = 8 * 1024 * 1024
const MOST_FREE = 16 * 1024 * 1024 // bytes of all that nobody has
const SWEEP = 5_000 // milliseconds

/** Memory of one size. */
interface Shelf {
  readonly size: number
  /** The last one that came back is the first to go. */
  readonly free: Buffer[]
  /** The fewest that lay here since the last sweep: so many were not needed. */
  spare: number
}

/** Two sizes for each power of two: a loan wastes a third at most. */
const shelves: readonly Shelf[] = sizes().map((size) => ({ size, free: [], spare: 0 }))

function sizes(): number[] {
  const all: number[] = []
  for (let size = LEAST; size < LARGEST_LOAN; size *= 2) all.push(size, 1.5 * size)
  return [...all, LARGEST_LOAN]
}

/** Of all that nobody has. */
let freeBytes = 0

class Lent implements Loan {
  readonly bytes: Buffer
  #memory: Buffer | undefined
  readonly #shelf: Shelf

  constructor(shelf: Shelf, length: number) {
    const { free, size } = shelf
    let memory = free.pop()
    if (memory) {
      freeBytes -= size
      if (free.length < shelf.spare) shelf.spare = free.length
    } else memory = Buffer.allocUnsafeSlow(size)
    this.#shelf = shelf
    this.#memory = memory
    this.bytes = memory.subarray(0, length)
  }

  free(): void {
    const memory = this.#memory
    if (!memory) return
    this.#memory = undefined
    const { size, free } = this.#shelf
    if (freeBytes + size > MOST_FREE) dropLarger(size)
    if (freeBytes + size > MOST_FREE) return
    free.push(memory)
    freeBytes += size
    sweeping ??= setInterval(sweep, SWEEP).unref()
  }
}

/** Makes room for memory of a size: many small loans save more than a large one. */
function dropLarger(size: number): void {
  for (const shelf of shelves.toReversed()) {
    if (shelf.size <= size) return
    while (shelf.free.length > 0) {
      shelf.free.pop()
      freeBytes -= shelf.size
      shelf.spare = Math.min(shelf.spare, shelf.free.length)
      if (freeBytes + size <= MOST_FREE) return
    }
  }
}

/** @param length bytes */
export function lend(length: number): Loan {
  const shelf = length < LEAST ? undefined : shelves.find(({ size }) => size >= length)
  if (shelf) return new Lent(shelf, length)
  return { bytes: Buffer.allocUnsafeSlow(length), free: () => undefined }
}

let sweeping: NodeJS.Timeout | undefined

/** Gives back to the system what was not needed since the last time. */
function sweep(): void {
  for (const shelf of shelves) {
    const { free, size, spare } = shelf
    free.length -= spare
    freeBytes -= spare * size
    shelf.spare = free.length
  }
  if (freeBytes > 0) return
  clearInterval(sweeping)
  sweeping = undefined
}
