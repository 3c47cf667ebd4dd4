/**
 * A subscription at one instance of a service, by server-sent events on a connection of its own.
 * Never reconnects. The connection is a bare socket: a client library's state would add ten
 * kilobytes to each idle stream.
 */
import type { Socket } from 'node:net'
import { readContentType } from '../../platform/http/message/media-types.ts'
import { readBody } from './call/answer.ts'
import { CallFailure } from './call/failure.ts'
import { createInbox, type Inbox, type Stream } from './call/inbox.ts'
import type { ServiceAnswer } from './call/send.ts'
import type { HttpAnswer } from './client/http-answer.ts'
import { requestHead, writeRequest } from './client/request.ts'
import { openSocket } from './client/socket.ts'
import { type AnswerListener, readStreamedAnswer } from './client/streamed-answer.ts'
import { createEventReader, type ReadEvents } from './event-stream.ts'
import type { Instance } from './instance.ts'
import { readAnswer } from './reply.ts'

const MAX_EVENT = 4 * 1024 * 1024 // characters
const CONNECT_TIMEOUT = 2_000 // milliseconds
const HEAD_TIMEOUT = 15_000 // milliseconds until the service says whether it streams

/**
 * @param headers names and values, alternating
 * @param judgesCaller whether a status of 401 or 403 is about the caller's credentials
 */
export function openStream(
  instance: Instance,
  headers: readonly string[],
  body: Buffer,
  judgesCaller: boolean,
  signal: AbortSignal,
): Stream {
  const head = headOf(instance, headers, body)
  const inbox = createInbox()
  const socket = open(instance, inbox, judgesCaller)
  const abort = (): void => inbox.end(new CallFailure('cancelled', 'given up by the caller'))
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  else writeRequest(socket, head, body)
  return {
    next() {
      // The reader has used all earlier events: the service may send more.
      if (inbox.isEmpty()) socket.resume()
      return inbox.next()
    },
    hasAnswered: inbox.hasAnswered,
    close() {
      signal.removeEventListener('abort', abort)
      socket.destroy()
    },
  }
}

const headOf = ({ origin, path }: Instance, headers: readonly string[], body: Buffer): string =>
  requestHead('POST', path, new URL(origin).host, [...headers, 'accept', 'text/event-stream'], body)

function open({ origin, at, url }: Instance, inbox: Inbox, judgesCaller: boolean): Socket {
  const fail = (reason: string, cause?: unknown): void =>
    inbox.end(new CallFailure('connection', `${url}: ${reason}`, { cause }))
  const onHead = (): void => {
    socket.setTimeout(0)
    inbox.answered()
  }
  const reader = readStreamedAnswer(createListener({ url, judgesCaller }, inbox, onHead))
  const socket = openSocket(new URL(origin), at, (piece) => {
    try {
      reader.read(piece)
    } catch (error) {
      inbox.end(new CallFailure('answer', `${url}: ${(error as Error).message}`, { cause: error }))
    }
    return !inbox.isFull()
  })
  socket.setTimeout(CONNECT_TIMEOUT, () => {
    fail('no answer in time')
    socket.destroy()
  })
  socket.once('connect', () => socket.setTimeout(HEAD_TIMEOUT))
  socket.on('error', (error) => fail(error.message, error))
  socket.once('close', () => {
    if (!reader.end()) fail('closed before the answer was whole')
  })
  return socket
}

/**
 * Makes answers of the body: one per event, or one of the whole body if the service does not
 * stream.
 */
function createListener(
  { url, judgesCaller }: { readonly url: string; readonly judgesCaller: boolean },
  inbox: Inbox,
  onHead: () => void,
): AnswerListener {
  let status = 0
  let fields: HttpAnswer['fields'] = new Map()
  let readEvents: ReadEvents | undefined
  let whole = ''
  return {
    onHead(received, given) {
      onHead()
      status = received
      fields = given
      if (readContentType(fields.get('content-type')).type !== 'text/event-stream') return
      readEvents = createEventReader((name, data) => {
        if (name === 'next') inbox.push(answerOf(data, status))
        else if (name === 'complete') inbox.end()
      }, MAX_EVENT)
    },
    onText(text) {
      if (readEvents) return readEvents(text)
      whole += text
      if (whole.length > MAX_EVENT) throw new RangeError('the answer is too large')
    },
    onEnd() {
      if (readEvents) return inbox.end(new CallFailure('connection', `${url} ended the stream before it was complete`))
      try {
        const answer = { status, fields, body: Buffer.from(whole), loan: undefined, mayHaveCrossed: false }
        inbox.push(readAnswer(answer, judgesCaller).answer)
        inbox.end()
      } catch (error) {
        inbox.end(error instanceof CallFailure ? error : new CallFailure('answer', `${url}: ${String(error)}`))
      }
    },
  }
}

const answerOf = (text: string, status: number): ServiceAnswer => readBody(Buffer.from(text), status).answer
