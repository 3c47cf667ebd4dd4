/** Tells whoever works for a request that its client has gone. Knows nothing of what is given up then. */
import type { HttpReply } from '../http/message.ts'
import { createAbort } from '../traffic/abort.ts'
import type { Signal } from '../traffic/send.ts'

export function hangUpOf(reply: HttpReply): Signal {
  const { signal, abort } = createAbort()
  reply.onHangUp(abort)
  return signal
}
