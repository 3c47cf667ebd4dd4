/**
 * A stateful service in a separate process, with subscriptions over `graphql-transport-ws` by the
 * server of `graphql-ws`. Entries survive the process.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface SocketServiceState {
  readonly port: number
  /** Subscriptions open now. */
  readonly open: number
  /** WebSockets open now. */
  readonly sockets: number
  /** Credentials of every WebSocket ever opened. */
  readonly connections: readonly { readonly header: string | undefined; readonly params: unknown }[]
}

export interface SocketService {
  readonly url: string
  readonly length: number
  write(count: number): Promise<void>
  state(): Promise<SocketServiceState>
  /** `SIGKILL`. */
  kill(): Promise<void>
  start(): Promise<void>
}

export const SOCKET_PATH = '/subscriptions'

/** The message to the process. */
export interface Written {
  readonly length: number
}

const MAIN = fileURLToPath(new URL('socket-service-process.ts', import.meta.url))

export async function startSocketService(): Promise<SocketService> {
  let length = 0
  let port = 0
  let child: ReturnType<typeof fork>
  const state = async (): Promise<SocketServiceState> => {
    const answered = once(child, 'message')
    child.send({ length } satisfies Written)
    const [now] = (await answered) as [SocketServiceState]
    return now
  }
  const start = async (): Promise<void> => {
    child = fork(MAIN, [String(port), String(length)], { execArgv: [] })
    const [now] = (await once(child, 'message')) as [SocketServiceState]
    port = now.port
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    get length() {
      return length
    },
    async write(count) {
      length += count
      await state()
    },
    state,
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    start,
  }
}
