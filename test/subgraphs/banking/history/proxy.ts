/**
 * A TCP proxy in front of PostgreSQL that cuts connections as a network does: all of them, or the
 * committing one at the worst moment.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A lost commit never reached the server (`question`), or was executed and its answer was lost
 * (`answer`).
 */
export type LostCommit = 'question' | 'answer'

/**
 * The message that makes a batch durable: the COMMIT of a transaction, or the single statement of
 * an implicit one.
 */
export type Commit = 'transaction' | 'statement'

/** How each begins on the wire. The server's next message on that connection is its answer. */
const marks: Readonly<Record<Commit, string>> = { transaction: 'COMMIT', statement: 'ledger:write' }

export interface NetworkProxy {
  readonly port: number
  /** Cuts all open connections abruptly. New ones pass. */
  cut(): void
  /** Cuts the connection of the next commit; resolves after the cut. */
  loseCommit(commit: Commit, lost: LostCommit): Promise<void>
  close(): Promise<void>
}

/** @param port port to listen on; 0 for any free one */
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
      // Registered before `pipe`, so that lost data is not written to the other end.
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
