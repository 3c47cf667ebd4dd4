/**
 * Writes the answer to one plain request straight to its socket: once, and never into another
 * answer.
 */
import type { Socket } from 'node:net'
import type { Loan } from '../../memory/loans.ts'
import { joined, MOST_POOLED } from '../message/joined.ts'
import type { HttpReply, HttpStream } from '../message/message.ts'
import { streamOver } from '../message/stream.ts'
import { writeHead } from './reply-head.ts'

/** The connection that replies are written to. */
export interface ReplyHost {
  readonly socket: Socket
  /** Whether the next answer ends the connection. */
  readonly isLast: () => boolean
  /**
   * Called once an answer is sent and the connection may carry the next request; never if it ends
   * with this one.
   */
  readonly done: () => void
}

/** A class, since every request has one: closures of its own would cost as much as a policy. */
export class PlainReply implements HttpReply {
  readonly #host: ReplyHost
  readonly #closes: boolean
  #begun = false
  #whole = false
  #hangUp: (() => void) | undefined

  /** @param closes whether the client wants no other */
  constructor(host: ReplyHost, closes: boolean) {
    this.#host = host
    this.#closes = closes
  }

  isClosed(): boolean {
    return this.#begun || this.#host.socket.destroyed
  }

  send(status: number, headers: readonly string[], body: string | Buffer, loan?: Loan): void {
    const { socket } = this.#host
    if (this.#begun || socket.destroyed) return
    const closes = this.#closes || this.#host.isLast()
    const head = writeHead(status, headers, { length: body.length, closes })
    this.#begun = this.#whole = true
    const isOut = writeBoth(socket, head, body, loan)
    if (closes) socket.destroySoon()
    // Otherwise a client that sends requests and never reads would fill the memory with answers.
    else if (isOut) this.#host.done()
    else socket.once('drain', this.#host.done)
  }

  stream(status: number, headers: readonly string[]): HttpStream {
    const { socket } = this.#host
    const head = writeHead(status, headers, 'until the end')
    this.#begun = true
    if (socket.readableEnded) socket.destroy()
    socket.write(head, 'latin1')
    return streamOver(socket, (piece) => {
      this.#whole = true
      socket.write(piece)
      socket.destroySoon()
    })
  }

  onHangUp(listener: () => void): void {
    this.#hangUp = listener
  }

  /** True while a streamed answer is incomplete. */
  isStream(): boolean {
    return this.#begun && !this.#whole
  }

  /** Call it when the client has gone. */
  left(): void {
    if (!this.#whole) this.#hangUp?.()
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
