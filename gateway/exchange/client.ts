/**
 * Tells whoever works for a request that its client has gone. Knows nothing of what is given up
 * then.
 */
import { createAbort } from '../traffic/call/abort.ts'
import type { Signal } from '../traffic/call/send.ts'

/** Who waits for an answer. */
export interface Client {
  /** True once there is nobody to answer. */
  isClosed(): boolean
  /** Calls once the client leaves without its whole answer. One listener. */
  onHangUp(listener: () => void): void
}

export function hangUpOf(client: Client): Signal {
  const { signal, abort } = createAbort()
  client.onHangUp(abort)
  return signal
}
