/**
 * One kept-alive HTTP/1.1 connection, which carries one request at a time. Anything but a plain
 * answer to it ends the connection.
 */
import { CallFailure } from '../call/failure.ts'
import { type Body, MAX_BODY, NO_BODY, openBody } from './body.ts'
import { type AnswerHead, createHeadReader, malformed } from './head.ts'
import type { HttpAnswer } from './http-answer.ts'
import { writeRequest } from './request.ts'
import { openSocket } from './socket.ts'

/** Waits for the answer. Exactly one of its two functions is called, once. */
export interface Receiver {
  /** Deadline, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Id of the call; an answer that names another is rejected. */
  readonly callId: string | undefined
  answered(answer: HttpAnswer): void
  /**
   * @param isUnheard the connection had carried another request, and ended by itself before any
   * byte of this answer: most likely the request was not read
   */
  failed(failure: CallFailure, isUnheard: boolean): void
}

export interface Connection {
  /** Sends a whole request; only while no other is in flight. */
  send(head: string, body: Buffer, receiver: Receiver): void
  /**
   * The receiver of the request in flight. A function, not a getter, which would give each
   * connection its own hidden class and slow down every property access.
   */
  receiver(): Receiver | undefined
  /** When reuse ends, in milliseconds of `performance.now()`. */
  usableUntil(): number
  /** Ends it, and fails the request in flight. */
  destroy(failure: CallFailure): void
}

interface ConnectionEvents {
  /** The connection may carry the next request. */
  onFree(connection: Connection): void
  /** The connection has ended, for any reason; called once. */
  onClosed(connection: Connection): void
  /** It delivered unrequested data: the service, or a proxy, mixes up answers. */
  onUnsolicitedData(): void
}

const CONNECT_TIMEOUT = 2_000 // milliseconds

/**
 * A server may send this unrequested before it closes an idle connection (RFC 9110, section
 * 15.5.9).
 */
const TIMEOUT_NOTICE = /^HTTP\/1\.[01] 408/
const TIMEOUT_NOTICE_LENGTH = 12 // bytes
const MAX_INTERIM = 16 // interim answers before the final one

/** Statuses with which a server may refuse a request without reading all of it. */
const REFUSED_UNREAD: ReadonlySet<number> = new Set([408, 411, 413, 417, 431])

export interface ConnectionOptions {
  /** Whether each answer must name the call that it answers. */
  readonly echoes: boolean
  /** Whether answers may use lent memory. */
  readonly lends: boolean
  /** The host to connect to, if the origin's name has several. */
  readonly at?: string | undefined
  /** Maximum bytes of one answer. */
  readonly most?: number | undefined
}

/**
 * Opens a connection at once; a request may be sent before it is established.
 * @param origin scheme, host and port
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one connection
export function openConnection(origin: URL, options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { echoes, lends } = options
  const { onFree, onClosed, onUnsolicitedData } = events
  let receiver: Receiver | undefined
  let head: AnswerHead | undefined
  let body: Body | undefined
  const readHead = createHeadReader()
  let interim = 0
  let usableUntil = Number.POSITIVE_INFINITY
  let isHeard = false
  let isClosed = false

  const close = (failure: CallFailure, isLost = false): void => {
    if (isClosed) return
    isClosed = true
    clearTimeout(connecting)
    socket.destroy()
    const waiting = receiver
    receiver = undefined
    onClosed(connection)
    waiting?.failed(failure, isLost && !isHeard && usableUntil < Number.POSITIVE_INFINITY)
  }
  const lose = (message: string, cause?: Error): void => close(new CallFailure('connection', message, { cause }), true)

  const readPiece = (piece: Buffer): void => {
    if (!receiver) {
      if (!TIMEOUT_NOTICE.test(piece.toString('latin1', 0, TIMEOUT_NOTICE_LENGTH))) onUnsolicitedData()
      throw malformed('come unasked')
    }
    isHeard = true
    let rest = piece
    while (!body) {
      const read = readHead(rest)
      if (!read) return
      head = read.head
      rest = read.rest
      // The final answer follows interim answers.
      if (head.status >= 200) body = open(head, receiver)
      else if (interim++ === MAX_INTERIM) throw malformed('no end of interim answers')
    }
    const taken = body.take(rest)
    if (!body.isWhole()) return
    if (taken < rest.length) onUnsolicitedData()
    finish(head as AnswerHead, body, taken === rest.length)
  }

  const open = ({ status, framing, callId }: AnswerHead, { callId: asked }: Receiver): Body => {
    if (callId === asked || (callId === undefined && !echoes))
      return openBody(framing, { mayBeLent: lends, most: options.most ?? MAX_BODY })
    // A proxy may refuse without knowing the call id: only its status is used.
    if (callId === undefined && status >= 400) return NO_BODY
    onUnsolicitedData()
    throw new CallFailure('connection', 'the answer is that to another call')
  }

  const finish = ({ status, fields, text, reusable, callId }: AnswerHead, whole: Body, isClean: boolean): void => {
    const waiting = receiver
    receiver = head = body = undefined
    interim = 0
    isHeard = false
    const mayHaveCrossed = callId === undefined && usableUntil < Number.POSITIVE_INFINITY
    const answer = { status, fields, head: text, body: whole.content(), loan: whole.loan(), mayHaveCrossed }
    const isRead = socket.writableLength === 0 && !REFUSED_UNREAD.has(status)
    if (isClean && isRead && reusable > 0 && whole !== NO_BODY) {
      usableUntil = performance.now() + reusable
      onFree(connection)
    } else close(new CallFailure('connection', 'ended with its answer'))
    waiting?.answered(answer)
  }

  const socket = openSocket(origin, options.at, (piece) => {
    try {
      if (!isClosed) readPiece(piece)
    } catch (error) {
      close(error instanceof CallFailure ? error : new CallFailure('answer', String(error), { cause: error }))
    }
    return true
  })
  const connecting = setTimeout(
    () => close(new CallFailure('connection', `no connection within ${CONNECT_TIMEOUT} ms`)),
    CONNECT_TIMEOUT,
  )
  socket.once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
  socket.once('error', (error) => lose(error.message, error))
  socket.once('end', () => {
    if (head && body && head.framing === 'until the end') finish(head, body, false)
    else lose('closed before the answer was whole')
  })
  socket.once('close', () => lose('closed before the answer was whole'))

  const connection: Connection = {
    send(requestHead, requestBody, next) {
      receiver = next
      writeRequest(socket, requestHead, requestBody)
    },
    receiver: () => receiver,
    usableUntil: () => usableUntil,
    destroy: (failure) => close(failure),
  }
  return connection
}
