import type { Writable } from 'node:stream'

/**
 * Resolves once what was written to a stream that was full has gone out, or the stream is closed.
 */
export const drained = (writable: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      writable.off('drain', done).off('close', done)
      resolve()
    }
    writable.on('drain', done).on('close', done)
  })
