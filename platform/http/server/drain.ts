/** Stops a listener without losing a request. */
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connections, isFull } from './connections.ts'
import { announceEnd } from './node-server.ts'

/** Milliseconds: stop accepting after `quiet` without a request, or after `longest` in any case. */
export interface Grace {
  readonly quiet: number
  readonly longest: number
}

interface Drain {
  /** True once each answer must end its connection. */
  isDraining(): boolean
  /** A request other than a health check has arrived. */
  onRequest(): void
  /** A request is done. */
  onSettled(): void
  /**
   * Tells kept-alive clients to close, stops accepting, and waits for requests in flight.
   * @param timeout milliseconds after which remaining connections are destroyed
   * @param grace keeps serving first, so that load balancers have time to send requests elsewhere
   */
  drain(server: Server, timeout: number, grace?: Grace): Promise<void>
}

const UNUSED = 500 // milliseconds that a connection has to send its first request once the listener is closed

export function createDrain(connections: Connections): Drain {
  let isDraining = false
  let isClosing = false
  let lastRequest = 0

  /** Resolves when no request came for `quiet`, or after `longest`. */
  const keepServing = async ({ quiet, longest }: Grace): Promise<void> => {
    const end = performance.now() + longest
    lastRequest = performance.now()
    for (;;) {
      const now = performance.now()
      const left = Math.min(lastRequest + quiet, end) - now
      if (left <= 0) return
      await sleep(left)
    }
  }
  return {
    isDraining: () => isDraining,
    onRequest() {
      lastRequest = performance.now()
    },
    onSettled() {
      // A connection that was busy when the listener closed ends with its answer; it would stay
      // open and idle.
      if (isClosing) setImmediate(connections.closeIdle)
    },
    async drain(server, timeout, grace) {
      isDraining = true
      for (const connection of connections.values()) {
        const { newest } = connection
        if (newest?.headersSent === false && !isFull(connection)) announceEnd(newest)
      }
      if (grace) await keepServing(grace)
      isClosing = true
      await closed(server, connections, timeout)
    },
  }
}

/** @param timeout milliseconds after which remaining connections are destroyed */
const closed = (server: Server, connections: Connections, timeout: number): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const socket of connections.keys()) socket.destroy()
    }, timeout)
    // Node does not count connections as idle that browsers opened in advance and never used.
    const unused = setTimeout(() => {
      for (const [socket, { requests }] of connections)
        if (requests === 0 && socket.writableLength === 0) socket.destroy()
    }, UNUSED)
    server.close(() => {
      clearTimeout(cut)
      clearTimeout(unused)
      resolve()
    })
    connections.closeIdle()
  })
