/**
 * Counts partly received messages against the memory that they share with bodies. The protocol's
 * library buffers them without reporting it.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { BodyRoom, BodyShare } from '../../platform/http/message/body-room.ts'

const SMALL = 16 * 1024 // bytes that are not counted: most messages come in one piece
const CONTROL_HEAD = 6 // bytes of a control frame besides its payload

/** @param refuse called when the message must make room */
export function boundUnfinished(socket: WebSocket, connection: Socket, room: BodyRoom, refuse: () => void): void {
  let bytes = 0
  let share: BodyShare | undefined
  const end = (): void => {
    bytes = 0
    share?.leave()
    share = undefined
  }
  // Runs before the library reads the piece, and so before it emits a completed message.
  connection.prependListener('data', (piece: Buffer) => {
    bytes += piece.length
    if (share) share.grow(piece.length)
    else if (bytes > SMALL) {
      share = room.enter(refuse)
      share.grow(bytes)
    }
  })
  // Control frames may come inside a message, and belong to none.
  const uncount = (payload: Buffer): void => {
    bytes -= payload.length + CONTROL_HEAD
  }
  socket.on('message', end).on('ping', uncount).on('pong', uncount).once('close', end)
}
