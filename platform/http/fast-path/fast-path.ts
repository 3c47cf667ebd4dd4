/**
 * Serves a plain POST of an operation that arrives in one piece, at half the cost of Node's HTTP
 * server. Anything else passes the connection on to Node. It never guesses: `request-head.ts` must
 * know the whole head.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { readInto } from '../../memory/shared-buffer.ts'
import { tooLarge } from '../message/body.ts'
import { type BodyRoom, type BodyShare, unlimitedRoom } from '../message/body-room.ts'
import type { ClientAddress } from '../message/client-address.ts'
import { bodyOfError } from '../message/http-error.ts'
import type { HttpReply, HttpRequest } from '../message/message.ts'
import type { ConnectionControl, FastPath } from '../server/listen.ts'
import { HALF_CLOSED, INTERNAL, KEEP_ALIVE } from '../server/node-server.ts'
import { inReadTurn, isMuch } from '../server/read-turns.ts'
import { watchIdle } from './idle.ts'
import { PlainReply, type ReplyHost } from './plain-reply.ts'
import { createHeadReader, GRAPHQL, type RequestHead } from './request-head.ts'

interface FastPathOptions {
  /** If it rejects, the client gets 500 without details. */
  readonly answer: (request: HttpRequest, reply: HttpReply) => Promise<void>
  readonly clientAddress?: ClientAddress
  /** The paths of operations, at the moment; `/graphql` by default. */
  readonly paths?: () => readonly string[]
  /** Whether a request must be left to Node, as any that is not plain. */
  readonly isForNode?: (headers: Readonly<IncomingHttpHeaders>) => boolean
  /** For pipelined input that waits for its turn. */
  readonly room?: BodyRoom
  /** Milliseconds that a connection may be idle, or leave an answer unread. */
  readonly keepAlive?: number
}

export const createFastPath =
  ({
    answer,
    clientAddress = (peer) => peer,
    paths = () => GRAPHQL,
    isForNode = () => false,
    room = unlimitedRoom,
    keepAlive = KEEP_ALIVE,
  }: FastPathOptions): FastPath =>
  (socket, control) =>
    serveConnection(socket, control, { answer, clientAddress, paths, isForNode, room, keepAlive })

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one connection
function serveConnection(
  socket: Socket,
  control: ConnectionControl,
  { answer, clientAddress, paths, isForNode, room, keepAlive }: Required<FastPathOptions>,
): void {
  const readHead = createHeadReader(paths)
  /** The reply that is not complete yet. */
  let owed: PlainReply | undefined
  /**
   * Input that arrived meanwhile: a client may send its next request before it has the answer.
   */
  let early: Buffer | undefined
  let earlyShare: BodyShare | undefined
  /** The client has closed its side. */
  let hasEnded = false

  const take = (buffer: Buffer, length: number): boolean => {
    if (owed) {
      early = Buffer.concat([early ?? NOTHING, buffer.subarray(0, length)])
      socket.pause()
      earlyShare ??= room.enter(() => socket.destroy())
      earlyShare.grow(length)
      return false
    }
    const head = readHead(buffer, length)
    if (head && head.end + head.length === length && !isForNode(head.headers))
      serve(head, buffer.toString('utf8', head.end, length))
    else return leave(Buffer.from(buffer.subarray(0, length)))
    return true
  }
  const serve = (head: RequestHead, body: string): void => {
    control.requestStarted()
    const reply = new PlainReply(host, head.isLast)
    owed = reply
    answer(requestOf(socket, head, body, clientAddress), reply).catch(() => {
      if (reply.isClosed()) socket.destroy()
      else reply.send(500, ['content-type', 'application/json; charset=utf-8'], INTERNAL_BODY)
    })
  }
  const next = (): void => {
    owed = undefined
    control.requestEnded()
    if (hasEnded) socket.destroySoon()
    if (!early) return
    const read = early
    early = undefined
    earlyShare?.leave()
    leave(read)
  }
  const host: ReplyHost = {
    socket,
    // Early input was sent before the client could know of the drain: its answer, from Node, is
    // the last.
    isLast: () => hasEnded || (control.isDraining() && early === undefined),
    done: next,
  }
  /** False if the input waits for its turn, and reading must pause. */
  const leave = (read: Buffer): boolean => {
    const isLate = isMuch(read.length)
    if (isLate) inReadTurn(() => passOn(read))
    else passOn(read)
    return !isLate
  }
  const passOn = (read: Buffer): void => {
    if (socket.destroyed) return
    // Node's parser would not need the stream, but a WebSocket does.
    giveBack?.()
    for (const [event, listener] of listeners) socket.off(event, listener)
    stopWatching()
    control.passOn(read)
  }
  // A client that closed its side may still read an answer (RFC 9112, section 9.6), but most have
  // left, and none follows a stream.
  const end = (): void => {
    hasEnded = true
    if (!owed) socket.destroySoon()
    else if (owed.isStream()) socket.destroy()
    else halfClosedTimer = setTimeout(giveUp, HALF_CLOSED)
  }
  let halfClosedTimer: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    if (!owed?.isClosed()) socket.destroy()
  }
  const close = (): void => {
    stopWatching()
    clearTimeout(halfClosedTimer)
    earlyShare?.leave()
    owed?.left()
  }
  // What is in work may take its time, also between two pieces; what is written must be read.
  const expire = (): void => {
    const isInWork = owed?.isStream() ? socket.writableLength === 0 : owed?.isClosed() === false
    if (!isInWork) socket.destroy()
  }
  // `close` follows.
  const error = (): void => undefined
  const giveBack = readInto(socket, take)
  const listeners: [string, (piece: Buffer) => void][] = [
    ['end', end],
    ['close', close],
    ['error', error],
  ]
  if (!giveBack) listeners.push(['data', (piece) => take(piece, piece.length)])
  for (const [event, listener] of listeners) socket.on(event, listener)
  const stopWatching = watchIdle(socket, keepAlive, expire)
}

const NOTHING = Buffer.alloc(0)
const INTERNAL_BODY = JSON.stringify(bodyOfError(INTERNAL))

const requestOf = (
  socket: Socket,
  { url, headers, length }: RequestHead,
  body: string,
  clientAddress: ClientAddress,
): HttpRequest => ({
  method: 'POST',
  url,
  headers,
  address: () => clientAddress(socket.remoteAddress, headers),
  readText(limit) {
    if (length > limit) throw tooLarge(limit)
    return body
  },
})
