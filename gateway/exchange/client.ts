/** Signals that a request's client has gone. */
import { createAbort } from '../traffic/call/abort.ts'
import type { Signal } from '../traffic/call/send.ts'

/** The receiver of an answer. */
export interface Client {
  /** True once the client has gone. */
  isClosed(): boolean
  /** Calls `listener` if the client leaves before its whole answer. One listener. */
  onHangUp(listener: () => void): void
}

export function hangUpOf(client: Client): Signal {
  const { signal, abort } = createAbort()
  client.onHangUp(abort)
  return signal
}
