/**
 * Watches whether a connection is idle. Node's own timer (`socket.setTimeout`) is set anew with
 * each read and each write, which costs more than reading a small request.
 */
import type { Socket } from 'node:net'

const LOOKS = 8 // during the allowed time

/**
 * @param idle milliseconds without a byte, or up to an eighth more, before `expire` is called
 * @param expire called once for each time of idleness
 * @returns a function that stops watching
 */
export function watchIdle(socket: Socket, idle: number, expire: () => void): () => void {
  let quiet = 0 // looks since a byte moved
  let bytes = 0
  const look = (): void => {
    // Only Node knows how much of a long answer the system has taken.
    if (socket.writableLength > 0) {
      clearInterval(looking)
      socket.on('timeout', expire).setTimeout(idle)
      return
    }
    const now = socket.bytesRead + socket.bytesWritten
    quiet = now === bytes ? quiet + 1 : 0
    bytes = now
    if (quiet === LOOKS) expire()
  }
  const looking = setInterval(look, idle / LOOKS).unref()
  return () => {
    clearInterval(looking)
    socket.off('timeout', expire).setTimeout(0)
  }
}
