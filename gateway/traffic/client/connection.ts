/**
 * One kept-alive HTTP/1.1 connection, which carries one request at a time. What is not plainly an
 * answer to it ends the connection.
 */
import { CallFailure } from '../call/failure.ts'
import { type Body, MAX_BODY, NO_BODY, openBody } from './body.ts'
import { type AnswerHead, createHeadReader, malformed } from './head.ts'
import type { HttpAnswer } from './http-answer.ts'
import { writeRequest } from './request.ts'
import { openSocket } from './socket.ts'

/** Who waits for the answer. One of the two is called, once. */
export interface Receiver {
  /** When it is given up, in milliseconds of `performance.now()`. */
  readonly deadline: number
  /** Of the call; an answer that names another is not taken. */
  readonly callId: string | undefined
  answered(answer: HttpAnswer): void
  /**
   * @param isUnheard the connection had carried another request, and ended by itself before any byte
   * of this one's answer: it has most likely not been read
   */
  failed(failure: CallFailure, isUnheard: boolean): void
}

export interface Connection {
  /** Sends a whole request; only while no other is on its way. */
  send(head: string, body: Buffer, receiver: Receiver): void
  /**
   * Who waits for the answer of the request that is on its way. A function, as with bodies: a
   * getter gives each connection a hidden class of its own, and all that is looked up in it is
   * slow.
   */
  receiver(): Receiver | undefined
  /** Until when it may be used again, in milliseconds of `performance.now()`. */
  usableUntil(): number
  /** Ends it; whoever waits for an answer fails. */
  destroy(failure: CallFailure): void
}

interface ConnectionEvents {
  /** It may carry the next request. */
  onFree(connection: Connection): void
  /** It is gone, for whatever reason; called once. */
  onClosed(connection: Connection): void
  /** It brought what nobody asked for: the other side, or what lies between, mixes answers up. */
  onUnsolicitedData(): void
}

const CONNECT_TIMEOUT = 2_000 // milliseconds

/**
 * What a server may say of its own accord before it closes an idle connection (RFC 9110, section
 * 15.5.9).
 */
const TIMEOUT_NOTICE = /^HTTP\/1\.[01] 408/
const TIMEOUT_NOTICE_LENGTH = 12 // bytes
const MAX_INTERIM = 16 // answers before the one that counts

/** With these a server may refuse a request unread, and never reads the rest of it. */
const REFUSED_UNREAD: ReadonlySet<number> = new Set([408, 411, 413, 417, 431])

export interface ConnectionOptions {
  /** Whether each answer must name the call that it answers. */
  readonly echoes: boolean
  /** Whether answers may stand in memory that is lent. */
  readonly lends: boolean
  /** The host to connect to, where the origin's name has several. */
  readonly at?: string | undefined
  /** Bytes of one answer at most. */
  readonly most?: number | undefined
}

/**
 * Opens one at once; a request may be sent before it stands.
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
      // Interim answers are followed by the one that counts.
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
    // Who stands between may refuse without knowing of calls: the status is all that is believed of
    // it.
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
