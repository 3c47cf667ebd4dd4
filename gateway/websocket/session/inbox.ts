/**
 * Reads a WebSocket one message after the other, each in a turn of the event loop of its own, and
 * no further while the receiver has enough to do or the client does not read what it is sent. Knows
 * no messages.
 */
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { InTurn } from '../../../platform/process/turns.ts'

export interface Inbox {
  /** To be called when the receiver, which was busy, may take more. */
  proceed(): void
  /**
   * Resolves once the client has room for more or is gone; `undefined` where it has room at once.
   */
  room(): Promise<void> | undefined
  /** Reads and drops what still comes. */
  close(): void
}

export interface InboxOptions {
  readonly socket: WebSocket
  /** The connection below it. */
  readonly connection: Duplex
  readonly inTurn: InTurn
  readonly isBusy: () => boolean
  /** `undefined` for a message that is no text. */
  readonly receive: (text: string | undefined) => void
}

export function createInbox({ socket, connection, inTurn, isBusy, receive }: InboxOptions): Inbox {
  /**
   * What came in one piece with a message before. Its length is bounded by what a socket reads at
   * once.
   */
  let waiting: (string | undefined)[] = []
  let at = 0
  /** Of a `ping` frame: the latest, as RFC 6455 (section 5.5.3) allows. */
  let pong: Buffer | undefined
  let hasTurn = false
  let isClosed = false
  /** One for all who wait. */
  let drained: Promise<void> | undefined

  const isStuck = (): boolean => isBusy() || connection.writableNeedDrain
  const ask = (): void => {
    if (hasTurn || isClosed || (at === waiting.length && pong === undefined) || isStuck()) return
    hasTurn = true
    inTurn(take)
  }
  const take = (): void => {
    hasTurn = false
    if (isClosed) return
    if (pong !== undefined && !connection.writableNeedDrain) {
      socket.pong(pong)
      pong = undefined
    }
    if (at < waiting.length && !isStuck()) {
      const text = waiting[at]
      waiting[at++] = undefined
      if (at === waiting.length) {
        waiting = []
        at = 0
      }
      receive(text)
    }
    proceed()
  }
  const proceed = (): void => {
    if (isClosed) return
    const reads = waiting.length - at < 2 && !isStuck()
    if (reads === socket.isPaused) {
      if (reads) socket.resume()
      else socket.pause()
    }
    ask()
  }
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isClosed) return
    waiting.push(isBinary ? undefined : data.toString())
    proceed()
  })
  socket.on('ping', (data) => {
    pong = data
    proceed()
  })
  connection.on('drain', proceed)
  return {
    proceed,
    room() {
      if (!connection.writableNeedDrain || connection.destroyed) return undefined
      drained ??= untilDrained(connection).then(() => {
        drained = undefined
      })
      return drained
    },
    close() {
      isClosed = true
      waiting = []
      at = 0
      pong = undefined
      connection.off('drain', proceed)
      if (socket.isPaused) socket.resume()
    },
  }
}

const untilDrained = (connection: Duplex): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      connection.off('drain', done).off('close', done)
      resolve()
    }
    connection.on('drain', done).on('close', done)
  })
