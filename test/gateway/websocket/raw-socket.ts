/** A `graphql-transport-ws` client that sends any messages in any order. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { until } from '../../support/until.ts'

export interface Message {
  readonly id?: string
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: payloads have the shape of whatever a test asks for
  readonly payload?: any
}

export interface RawSocket {
  readonly socket: WebSocket
  /** All received messages, the oldest first. */
  readonly messages: readonly Message[]
  /** Sends text unchanged, and anything else as JSON. */
  send(...messages: readonly unknown[]): void
  subscribe(id: string, query: string, variables?: object): void
  /** The first matching message. */
  find(matches: (message: Message) => boolean): Promise<Message>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** Cuts the connection, as a crash does. */
  cut(): void
}

/** @param url base address of a gateway */
export async function openRawSocket(
  url: string,
  {
    init = {},
    protocol = 'graphql-transport-ws',
    path = '/graphql',
  }: { init?: object | undefined; protocol?: string; path?: string } = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocol, { perMessageDeflate: false })
  const messages: Message[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
  await once(socket, 'open')
  const send = (...all: readonly unknown[]): void => {
    for (const message of all) socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }
  send({ type: 'connection_init', payload: init })
  return {
    socket,
    messages,
    closed,
    send,
    subscribe: (id, query, variables) => send({ id, type: 'subscribe', payload: { query, variables } }),
    async find(matches) {
      await until(() => messages.some(matches))
      return messages.find(matches) as Message
    },
    cut: () => socket.terminate(),
  }
}
