/**
 * Pings the clients of WebSockets, which keeps proxies from closing what looks idle, and cuts off
 * those that are gone without a word.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

export interface Kept {
  readonly socket: WebSocket
  readonly connection: Socket
  /** True while nothing is read from it on purpose. */
  readonly isBusy: () => boolean
}

interface Beat extends Kept {
  /** Bytes that had come, or, of a client that was behind, had gone out (negative). */
  moved: number
}

const INTERVAL = 12_000 // milliseconds

/** One timer for all. Ends by itself with the last client. */
export function createKeepAlive(): (kept: Kept) => void {
  const beats = new Set<Beat>()
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    for (const one of beats) {
      const { socket, connection, isBusy } = one
      const isBehind = connection.writableNeedDrain
      const moved = isBehind ? connection.writableLength - connection.bytesWritten : connection.bytesRead
      // Two times in a row nothing came, though it was asked, or nothing was taken, though there
      // was something.
      if (moved === one.moved && !isBusy()) socket.terminate()
      else if (!isBehind) socket.ping()
      one.moved = moved
    }
  }
  return (kept) => {
    const one = { ...kept, moved: 0 }
    if (beats.size === 0) timer = setInterval(beat, INTERVAL).unref()
    beats.add(one)
    kept.socket.once('close', () => {
      beats.delete(one)
      if (beats.size === 0) clearInterval(timer)
    })
  }
}
