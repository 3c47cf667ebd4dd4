/**
 * The server's side of `graphql-transport-ws` on one WebSocket: what each message may do in each
 * state. An operation ends with `complete` or with the socket, whatever its progress. Nothing more
 * of it is sent, and its id can be used again at once. Executes nothing itself.
 */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { createLoopTurns } from '../../../platform/process/loop-turns.ts'
import { bytesOf, type Events, type Outcome } from '../../exchange/outcome.ts'
import { createInbox } from './inbox.ts'
import {
  type ClientMessage,
  closeCodes,
  type InitPayload,
  type OperationPayload,
  readMessage,
  SUBPROTOCOL,
} from './messages.ts'

/** One operation of a client. */
export interface Operation {
  readonly payload: OperationPayload
  readonly initPayload: InitPayload
  /** True once the client wants no answer. */
  isClosed(): boolean
  /** Calls `listener` when that becomes true, or at once if it is. One listener. */
  onHangUp(listener: () => void): void
}

/** `errors` is JSON text, for an operation that never ran. */
export type Answer = { readonly results: Events } | { readonly result: Outcome } | { readonly errors: string }

interface SessionOptions {
  readonly socket: WebSocket
  /** The socket's connection. */
  readonly connection: Duplex
  /** Rejects only for unforeseen faults, which end the connection. */
  readonly run: (operation: Operation) => Promise<Answer>
  /** Whether a text may be parsed; one that may not ends the connection. */
  readonly mayParse: (text: string) => boolean
  /** Names of headers that `connection_init` may give, in lower case. */
  readonly clientNameHeaders: ReadonlySet<string>
  readonly onFault: (error: unknown) => void
}

export interface Session {
  /** Takes no more messages, answers running operations, and closes. */
  finish(): void
  /** True while reading is paused because enough operations run. */
  isBusy(): boolean
}

type Subscribe = Extract<ClientMessage, { type: 'subscribe' }>

interface Running {
  isInWork: boolean
  hasLeft: boolean
  leave: (() => void) | undefined
}

const INIT_TIMEOUT = 5_000 // milliseconds until a client must have sent `connection_init`
/**
 * Operations of one socket that run at once, each until its answer is sent or its stream is open.
 */
const CONCURRENCY = 16 // as for pipelined requests of one HTTP connection

/** Shared by all sockets of the process. */
const inTurn = createLoopTurns()

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one session
export function openSession({
  socket,
  connection,
  run,
  mayParse,
  clientNameHeaders,
  onFault,
}: SessionOptions): Session {
  const operations = new Map<string, Running>()
  let initPayload: InitPayload | undefined
  let inWork = 0
  /** A message that arrived while too many operations ran. */
  let held: Subscribe | undefined
  let isFinishing = false
  const isBusy = (): boolean => isFinishing || held !== undefined
  const initTimer = setTimeout(() => close(closeCodes.initTimeout, 'Connection initialisation timeout'), INIT_TIMEOUT)

  const end = (): void => {
    clearTimeout(initTimer)
    inbox.close()
    held = undefined
    for (const running of operations.values()) hangUp(running)
    operations.clear()
  }
  const close = (code: number, reason: string): void => {
    end()
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), GOODBYE).unref()
  }
  const send = (running: Running, id: string, type: string, payload?: string): Promise<void> | undefined => {
    if (running.hasLeft) return undefined
    const rest = payload === undefined ? '' : `,"payload":${payload}`
    socket.send(`{"id":${JSON.stringify(id)},"type":"${type}"${rest}}`)
    return inbox.room()
  }
  const settle = (running: Running): void => {
    if (!running.isInWork) return
    running.isInWork = false
    inWork -= 1
    if (isFinishing && inWork === 0) close(closeCodes.serviceRestart, RESTART)
    else if (held) inTurn(release)
  }
  const release = (): void => {
    const message = held
    held = undefined
    if (message) subscribe(message)
    inbox.proceed()
  }
  const answer = async (running: Running, { id, payload }: Subscribe, init: InitPayload): Promise<void> => {
    const onHangUp = (listener: () => void): void => {
      if (running.hasLeft) listener()
      else running.leave = listener
    }
    const isClosed = (): boolean => running.hasLeft
    const answered = await run({ payload, initPayload: init, isClosed, onHangUp })
    if ('errors' in answered) return void send(running, id, 'error', answered.errors)
    if ('result' in answered) await send(running, id, 'next', bytesOf(answered.result).toString())
    else {
      onHangUp(() => void answered.results.return())
      settle(running)
      for await (const result of answered.results) await send(running, id, 'next', bytesOf(result).toString())
    }
    send(running, id, 'complete')
  }
  const subscribe = (message: Subscribe): void => {
    const { id } = message
    if (initPayload === undefined) close(closeCodes.unauthorized, 'Unauthorized')
    else if (operations.has(id)) close(closeCodes.idInUse, fitting(`Subscriber for ${id} already exists`))
    else if (inWork >= CONCURRENCY) held = message
    else begin(message, initPayload)
  }
  const begin = (message: Subscribe, init: InitPayload): void => {
    const { id } = message
    const running: Running = { isInWork: true, hasLeft: false, leave: undefined }
    operations.set(id, running)
    inWork += 1
    answer(running, message, init)
      .catch((error: unknown) => {
        onFault(error)
        close(closeCodes.internalError, 'Internal error')
      })
      .finally(() => {
        running.hasLeft = true
        // The id may belong to another operation by now.
        if (operations.get(id) === running) operations.delete(id)
        settle(running)
      })
  }
  const initialise = (payload: InitPayload): void => {
    if (initPayload) return void close(closeCodes.tooManyInits, 'Too many initialisation requests')
    initPayload = payload
    clearTimeout(initTimer)
    socket.send('{"type":"connection_ack"}')
  }
  const receive = (text: string | undefined): void => {
    const isTooBig = text !== undefined && !mayParse(text)
    const message = text === undefined || isTooBig ? undefined : readMessage(text, clientNameHeaders)
    if (isTooBig) close(closeCodes.tooBig, 'Message too big')
    else if (message === undefined) close(closeCodes.badMessage, 'Invalid message received')
    else if (message.type === 'connection_init') initialise(message.payload)
    else if (message.type === 'subscribe') subscribe(message)
    else if (message.type === 'ping') socket.send('{"type":"pong"}')
    else if (message.type === 'complete') {
      const running = operations.get(message.id)
      operations.delete(message.id)
      if (running) hangUp(running)
    }
  }
  const inbox = createInbox({ socket, connection, inTurn, isBusy, receive })
  socket.once('close', end)
  if (socket.protocol !== SUBPROTOCOL) close(closeCodes.subprotocol, 'Subprotocol not acceptable')
  return {
    isBusy,
    finish() {
      isFinishing = true
      if (inWork === 0) close(closeCodes.serviceRestart, RESTART)
      else inbox.proceed()
    },
  }
}

const GOODBYE = 2_000 // milliseconds for the client to close its side
const RESTART = 'The gateway is restarting: reconnect.'

/** The reason of a close frame has at most 123 bytes. */
const fitting = (reason: string): string =>
  Buffer.byteLength(reason) <= 123 ? reason : 'Subscriber for this id already exists'

function hangUp(running: Running): void {
  running.hasLeft = true
  running.leave?.()
}
