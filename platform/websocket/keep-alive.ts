/**
 * Pings over WebSockets: that keeps proxies from closing idle ones, and finds other sides that
 * vanished.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

export interface Kept {
  readonly socket: WebSocket
  readonly connection: Socket
  /** True while reading is paused on purpose. */
  readonly isBusy: () => boolean
}

interface Beat extends Kept {
  /** Bytes received; for a client that is behind, bytes sent, as a negative number. */
  moved: number
}

const INTERVAL = 12_000 // milliseconds

/** One timer for all clients. It stops with the last one. */
export function createKeepAlive(): (kept: Kept) => void {
  const beats = new Set<Beat>()
  let timer: NodeJS.Timeout | undefined
  const beat = (): void => {
    for (const one of beats) {
      const { socket, connection, isBusy } = one
      const isBehind = connection.writableNeedDrain
      const moved = isBehind ? connection.writableLength - connection.bytesWritten : connection.bytesRead
      // Two checks in a row without an answer to a ping, or without reading pending output.
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
