/**
 * Writes the answer to one plain request straight to its socket: once, and never into another
 * answer.
 */
import type { Socket } from 'node:net'
import type { Loan } from '../../memory/loans.ts'
import { joined, MOST_POOLED } from '../message/joined.ts'
import type { HttpReply } from '../message/message.ts'
import { streamOver } from '../message/stream.ts'
import { writeHead } from './reply-head.ts'

export interface PlainReply extends HttpReply {
  /** Call it when the client has gone. */
  left(): void
  /** True while a streamed answer is incomplete. */
  isStream(): boolean
}

/**
 * @param isLast whether the answer ends the connection
 * @param done called once the answer is sent and the connection may carry the next request; never
 * if it ends with this one
 */
export function createReply(socket: Socket, isLast: () => boolean, done: () => void): PlainReply {
  let begun = false
  let whole = false
  let hangUp: (() => void) | undefined
  return {
    isClosed: () => begun || socket.destroyed,
    send(status, headers, body, loan) {
      if (begun || socket.destroyed) return
      const closes = isLast()
      const head = writeHead(status, headers, { length: body.length, closes })
      begun = whole = true
      const isOut = writeBoth(socket, head, body, loan)
      if (closes) socket.destroySoon()
      // Otherwise a client that sends requests and never reads would fill the memory with answers.
      else if (isOut) done()
      else socket.once('drain', done)
    },
    stream(status, headers) {
      const head = writeHead(status, headers, 'until the end')
      begun = true
      if (socket.readableEnded) socket.destroy()
      socket.write(head, 'latin1')
      return streamOver(socket, (piece) => {
        whole = true
        socket.write(piece)
        socket.destroySoon()
      })
    },
    onHangUp(listener) {
      hangUp = listener
    },
    isStream: () => begun && !whole,
    left() {
      if (!whole) hangUp?.()
    },
  }
}

function writeBoth(socket: Socket, head: string, body: string | Buffer, loan: Loan | undefined): boolean {
  const isText = typeof body === 'string'
  if (isText || head.length + body.length < MOST_POOLED) {
    const isOut = isText ? socket.write(head + body, 'latin1') : socket.write(joined(head, body))
    loan?.free()
    return isOut
  }
  socket.cork()
  socket.write(head, 'latin1')
  // What the system has not taken is read where it stands.
  const isOut = socket.write(body, (error) => {
    if (!error) loan?.free()
  })
  socket.uncork()
  return isOut
}
