/**
 * Keeps a client of Redis connected. The client connects again by itself when its connection ends;
 * this replaces a connection on which nothing is answered any more. TCP would give up an
 * unreachable host only after a quarter of an hour, and what it is sent meanwhile would pile up.
 */

/** The part of the client that is needed. */
interface Client {
  readonly isReady: boolean
  connect(): Promise<unknown>
  ping(): Promise<unknown>
  destroy(): void
  on(event: 'connect', listener: () => void): unknown
}

const BEAT = 2_500 // milliseconds
const MOST_UNANSWERED = 2 // beats

const LONGEST_PAUSE = 2_000 // milliseconds between attempts to connect

/**
 * For `createClient`. A host that vanishes before it has greeted the client is given up, too; by
 * its own strategy the client would never connect again after that.
 */
export const SOCKET = {
  socketTimeout: 10_000, // milliseconds
  reconnectStrategy: (attempts: number): number => Math.min(LONGEST_PAUSE, 50 * 2 ** attempts),
} as const

/**
 * Connects, and waits for nothing.
 * @param failed called with the reason whenever a connection fails
 * @returns ends the connection
 */
export function keepConnected(client: Client, failed: (error: unknown) => void): () => void {
  let unanswered = 0
  let hasEnded = false
  const connect = (): void =>
    void client.connect().catch((error: unknown) => {
      if (!hasEnded) failed(error)
    })
  const answered = (): void => {
    unanswered = 0
  }
  const beat = setInterval(() => {
    if (!client.isReady) return answered() // it is about to connect
    if (unanswered < MOST_UNANSWERED) {
      unanswered += 1
      client.ping().then(answered, answered)
      return
    }
    answered()
    failed(new Error(`no answer within ${MOST_UNANSWERED * BEAT} ms`))
    client.destroy()
    connect()
  }, BEAT).unref()
  // A client that is destroyed while it connects stays connected.
  client.on('connect', () => {
    if (hasEnded) client.destroy()
  })
  connect()
  return () => {
    hasEnded = true
    clearInterval(beat)
    client.destroy()
  }
}
