/**
 * Reads a WebSocket message by message, each in its own turn of the event loop. Pauses while the
 * receiver is busy or the client does not read. Does not know the content of messages.
 */
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { drained } from '../../../platform/http/message/drained.ts'
import type { InTurn } from '../../../platform/process/loop-turns.ts'

interface Inbox {
  /** Call it when a busy receiver can take more. */
  proceed(): void
  /** Resolves once the client has room for more or has gone; `undefined` if it has room now. */
  room(): Promise<void> | undefined
  /** Drops further input. */
  close(): void
}

interface InboxOptions {
  readonly socket: WebSocket
  /** The socket's connection. */
  readonly connection: Duplex
  readonly inTurn: InTurn
  readonly isBusy: () => boolean
  /** `undefined` for a binary message. */
  readonly receive: (text: string | undefined) => void
}

export function createInbox({ socket, connection, inTurn, isBusy, receive }: InboxOptions): Inbox {
  /** Messages that arrived together. Their number is bounded by the bytes of one read. */
  let waiting: (string | undefined)[] = []
  let at = 0
  /**
   * The payload of the latest `ping` frame; RFC 6455 (section 5.5.3) allows answering only that.
   */
  let pong: Buffer | undefined
  let hasTurn = false
  let isClosed = false
  /** Shared by all waiters. */
  let untilRoom: Promise<void> | undefined

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
      untilRoom ??= drained(connection).then(() => {
        untilRoom = undefined
      })
      return untilRoom
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
