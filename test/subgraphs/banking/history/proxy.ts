/**
 * A TCP proxy before PostgreSQL that can cut connections, as a network does: all of them, or the
 * one that commits, at the worst moment.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A commit that is lost never reached the server, or was done there and its answer did not come
 * back.
 */
export type LostCommit = 'question' | 'answer'

/**
 * What makes a batch durable: the COMMIT of a transaction, or the one statement that is a
 * transaction by itself.
 */
export type Commit = 'transaction' | 'statement'

/** How each begins on the wire. What the server sends next on that connection is its answer. */
const marks: Readonly<Record<Commit, string>> = { transaction: 'COMMIT', statement: 'ledger:write' }

export interface NetworkProxy {
  readonly port: number
  /** Cuts what is open, without a farewell. New connections pass. */
  cut(): void
  /** Cuts the connection of the next commit; resolves when that has happened. */
  loseCommit(commit: Commit, lost: LostCommit): Promise<void>
  close(): Promise<void>
}

/** @param port where it listens; 0: any free one */
export async function startProxy(targetPort: number, port = 0): Promise<NetworkProxy> {
  const open = new Set<Socket>()
  let losing: { readonly commit: Commit; readonly lost: LostCommit; readonly done: () => void } | undefined
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    let isAsked = false
    for (const [socket, other, carried] of [
      [client, target, 'question'],
      [target, client, 'answer'],
    ] as const) {
      open.add(socket)
      // Before `pipe` listens: what the other end is not to have is not written to it.
      socket.on('data', (chunk: Buffer) => {
        if (!losing) return
        if (carried === 'question') isAsked ||= chunk.includes(marks[losing.commit])
        if (!isAsked || losing.lost !== carried) return
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
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    loseCommit: (commit, lost) =>
      new Promise((done) => {
        losing = { commit, lost, done }
      }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
