/**
 * A service on loopback whose tests write its answers as raw bytes, which no HTTP library allows.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface RawRequest {
  readonly socket: Socket
  /** Request line and headers. */
  readonly head: string
  readonly body: string
  /** Position among all requests, from 1. */
  readonly count: number
  /** The value of a header by its lower-case name. */
  header(name: string): string | undefined
}

export interface RawService {
  readonly url: string
  /** Number of connections opened so far. */
  connections(): number
  close(): Promise<void>
}

export async function startRawService(answer: (request: RawRequest) => void): Promise<RawService> {
  const sockets = new Set<Socket>()
  let count = 0
  let opened = 0
  const server = createServer((socket) => {
    opened += 1
    sockets.add(socket.setNoDelay(true))
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    let come = Buffer.alloc(0)
    socket.on('data', (piece) => {
      come = Buffer.concat([come, piece])
      for (;;) {
        const end = come.indexOf('\r\n\r\n')
        if (end < 0) return
        const head = come.toString('latin1', 0, end)
        const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
        const whole = end + 4 + Number(header('content-length') ?? 0)
        if (come.length < whole) return
        const body = come.toString('utf8', end + 4, whole)
        come = come.subarray(whole)
        count += 1
        answer({ socket, head, body, count, header })
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => opened,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
