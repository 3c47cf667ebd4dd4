/** A TCP proxy before PostgreSQL that can cut connections, as a network does: all of them, or the one that commits, at the worst moment. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A COMMIT that is lost never reached the server, or was done there and its answer did not come back. */
export type LostCommit = 'question' | 'answer'

/** How each looks on the wire: a statement's text, and the tag of `CommandComplete` with its length before it. */
const marks: Readonly<Record<LostCommit, Buffer>> = {
  question: Buffer.from('COMMIT'),
  answer: Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1'),
}

export interface NetworkProxy {
  readonly port: number
  /** Cuts what is open, without a farewell. New connections pass. */
  cut(): void
  /** Cuts the connection of the next COMMIT; resolves when that has happened. */
  loseCommit(lost: LostCommit): Promise<void>
  close(): Promise<void>
}

export async function startProxy(targetPort: number): Promise<NetworkProxy> {
  const open = new Set<Socket>()
  let losing: { readonly lost: LostCommit; readonly done: () => void } | undefined
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const [socket, other, carried] of [
      [client, target, 'question'],
      [target, client, 'answer'],
    ] as const) {
      open.add(socket)
      // Before `pipe` listens: what the other end is not to have is not written to it.
      socket.on('data', (chunk: Buffer) => {
        if (losing?.lost !== carried || !chunk.includes(marks[carried])) return
        client.resetAndDestroy()
        target.destroy()
        losing.done()
        losing = undefined
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    loseCommit: (lost) =>
      new Promise((done) => {
        losing = { lost, done }
      }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
