/** Head and body of a message in one piece: writing one costs less than writing two. */

/** Bytes; shorter pieces come from Node's own pool, and copying costs less than a second piece. */
export const MOST_POOLED = 4 * 1024

/**
 * @param head in latin1
 * @param piece its memory; a new one by default
 */
export function joined(
  head: string,
  body: Buffer,
  piece: Buffer = Buffer.allocUnsafe(head.length + body.length),
): Buffer {
  piece.write(head, 'latin1')
  body.copy(piece, head.length)
  return piece
}
