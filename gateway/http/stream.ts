/** Sends an answer in pieces over a `Writable`, no faster than the client takes them. */
import type { Writable } from 'node:stream'
import type { HttpStream } from './message.ts'

/** @param end writes the last piece and ends the answer */
export const streamOver = (writable: Writable, end: (piece: string) => void): HttpStream => ({
  isClosed: () => writable.destroyed,
  write: (piece) => (writable.write(piece) || writable.destroyed ? undefined : drained(writable)),
  end,
})

const drained = (writable: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      writable.off('drain', done).off('close', done)
      resolve()
    }
    writable.on('drain', done).on('close', done)
  })
