/**
 * Has connections that send much take turns, a piece in each turn of the event loop. Node would
 * read up to 2 MB of each of them in one turn, and whoever sends little would wait for all of it.
 */
import type { Socket } from 'node:net'
import { createTurns } from '../../process/turns.ts'
import { hold } from './connections.ts'

const MUCH = 4 * 1024 // bytes that come in one piece

export const isMuch = (bytes: number): boolean => bytes >= MUCH

/** One line for all connections of the process. */
export const inReadTurn = createTurns()

const reading = new WeakSet<Socket>()

/** For a connection that Node's HTTP server has taken over. */
export function readInTurns(socket: Socket): void {
  reading.add(socket)
  // Who listens has Node read through the stream, where it can be paused after each piece, and not
  // past it.
  socket.on('data', waitForTurn)
}

/** Whoever takes it over from there paces it by himself, with pauses of his own. */
export function readAtWill(socket: Socket): void {
  reading.delete(socket)
  socket.off('data', waitForTurn)
}

function waitForTurn(this: Socket, piece: Buffer): void {
  if (isMuch(piece.length) && reading.has(this) && !this.isPaused()) inReadTurn(hold(this))
}
