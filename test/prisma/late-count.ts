/** A proxy in front of PostgreSQL that delays the row count after each COPY. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** `CopyDone`, then the first byte of `CommandComplete`. */
const END = Buffer.from([0x63, 0, 0, 0, 4, 0x43])
const LATE = 10 // milliseconds

/** Resolves to its port. */
export async function startLateCount(target: number): Promise<{ readonly port: number; close(): void }> {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.setNoDelay(true)
    }
    client.pipe(upstream)
    void pass(upstream, client).catch(() => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

async function pass(from: Socket, to: Socket): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(END)
    if (end < 0) {
      to.write(chunk)
      continue
    }
    to.write(chunk.subarray(0, end + END.length - 1))
    await sleep(LATE)
    to.write(chunk.subarray(end + END.length - 1))
  }
  to.end()
}
