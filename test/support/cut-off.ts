/** A way to a server on loopback that can be cut off, as the network of an unreachable host is. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Way {
  readonly port: number
  /** How many connections were opened. */
  readonly connections: number
  /** What is connected now takes what it is sent, and answers nothing. */
  cutOff(): void
  close(): void
}

/** @param port of the server */
export async function openWay(port: number): Promise<Way> {
  let connections = 0
  const open = new Set<Socket>()
  const silent = new Set<Socket>()
  const server = createServer((socket) => {
    connections += 1
    open.add(socket)
    const onward = connect(port, '127.0.0.1')
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy())
    onward.on('error', () => socket.destroy())
    onward.on('data', (data) => silent.has(socket) || socket.write(data))
    socket.on('data', (data) => silent.has(socket) || onward.write(data))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    cutOff() {
      for (const socket of open) silent.add(socket)
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
