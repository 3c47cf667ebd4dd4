/**
 * Joins pieces of bytes. Small pieces take only their own bytes; a `Buffer` object for each would
 * take about a hundred.
 */

const LEAST = 1024 // bytes

interface GrowingBuffer {
  /** Copies a piece. */
  add(piece: Buffer): void
  /** The total of all pieces. */
  bytes(): number
  /** All pieces; valid until the next `add`. */
  content(): Buffer
}

/** @param most the most bytes that can arrive; never allocates more */
export function createGrowingBuffer(most: number): GrowingBuffer {
  let room: Buffer = Buffer.alloc(0)
  let used = 0
  return {
    add(piece) {
      const needed = used + piece.length
      if (needed > room.length) {
        // Doubling copies each byte about twice in all.
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(most, Math.max(2 * room.length, LEAST))))
        room.copy(larger, 0, 0, used)
        room = larger
      }
      piece.copy(room, used)
      used = needed
    },
    bytes: () => used,
    content: () => room.subarray(0, used),
  }
}
