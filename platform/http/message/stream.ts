/** Sends an answer in pieces over a `Writable`, no faster than the client reads. */
import type { Writable } from 'node:stream'
import { drained } from './drained.ts'
import type { HttpStream } from './message.ts'

/** @param end writes the last piece and ends the answer */
export function streamOver(writable: Writable, end: (piece: string) => void): HttpStream {
  /** Shared by all writers while the client is behind. */
  let room: Promise<void> | undefined
  return {
    isClosed: () => writable.destroyed,
    write(piece) {
      if (writable.write(piece) || writable.destroyed) return undefined
      room ??= drained(writable).then(() => {
        room = undefined
      })
      return room
    },
    end,
  }
}
