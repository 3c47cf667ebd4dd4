/**
 * Joins pieces of bytes. Small pieces take only their own bytes; a `Buffer` object for each would
 * take about a hundred.
 */

const LEAST = 1024 // bytes of a block
/** No block is larger, unless a piece is: allocating and filling 16 MB at once takes 25 ms. */
const LARGEST = 256 * 1024 // bytes

interface GrowingBuffer {
  /** Copies a piece, and none of those before it. */
  add(piece: Buffer): void
  /** The total of all pieces. */
  bytes(): number
  /** All pieces, joined at the first call. */
  content(): Buffer
}

/** @param most the most bytes that can arrive; never allocates more */
export function createGrowingBuffer(most: number): GrowingBuffer {
  /** Full ones, before `block`. */
  let full: Buffer[] = []
  let block: Buffer = Buffer.alloc(0)
  /** Of `block`. */
  let used = 0
  let total = 0
  return {
    add(piece) {
      const copied = piece.copy(block, used)
      used += copied
      total += piece.length
      if (copied === piece.length) return
      if (used > 0) full.push(block)
      const rest = piece.length - copied
      // Doubles the whole, so that a large body has few blocks.
      const wanted = Math.min(Math.max(total, LEAST), LARGEST, most - total + rest)
      block = Buffer.allocUnsafeSlow(Math.max(rest, wanted))
      used = piece.copy(block, 0, copied)
    },
    bytes: () => total,
    content() {
      if (full.length > 0) {
        const whole = Buffer.allocUnsafeSlow(total)
        let at = 0
        for (const each of full) at += each.copy(whole, at)
        block.copy(whole, at, 0, used)
        full = []
        block = whole
        used = total
      }
      return block.subarray(0, used)
    },
  }
}
