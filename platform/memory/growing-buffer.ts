/**
 * Puts bytes together from pieces. However small they come, they take the room of their bytes: a
 * `Buffer` for each byte takes a hundred.
 */

const LEAST = 1024 // bytes

export interface GrowingBuffer {
  /** Copies a piece. */
  add(piece: Buffer): void
  /** Of all pieces. */
  bytes(): number
  /** All pieces, good until the next is added. */
  content(): Buffer
}

/** @param most bytes that will come at most: no room is made for more */
export function createGrowingBuffer(most: number): GrowingBuffer {
  let room: Buffer = Buffer.alloc(0)
  let used = 0
  return {
    add(piece) {
      const needed = used + piece.length
      if (needed > room.length) {
        // Doubled, so that each byte is copied about twice in all.
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
