/**
 * Connections that send much take turns, one piece per turn of the event loop. Node would read up
 * to 2 MB of each in one turn, while clients that send little wait.
 */
import type { Socket } from 'node:net'
import { createLoopTurns } from '../../process/loop-turns.ts'
import { hold } from './connections.ts'

const MUCH = 4 * 1024 // bytes of one piece

export const isMuch = (bytes: number): boolean => bytes >= MUCH

/** Shared by all connections of the process. */
export const inReadTurn = createLoopTurns()

const reading = new WeakSet<Socket>()

/** For a connection that Node's HTTP server has taken over. */
export function readInTurns(socket: Socket): void {
  reading.add(socket)
  // With a listener Node reads through the stream, which can be paused after each piece.
  socket.on('data', waitForTurn)
}

/** For a connection whose new owner paces it by itself. */
export function readAtWill(socket: Socket): void {
  reading.delete(socket)
  socket.off('data', waitForTurn)
}

function waitForTurn(this: Socket, piece: Buffer): void {
  if (isMuch(piece.length) && reading.has(this) && !this.isPaused()) inReadTurn(hold(this))
}
