/** Tells whoever works for a request that its client has gone. Knows nothing of what is given up then. */
import type { HttpReply } from '../http/message.ts'
import type { Signal } from '../traffic/send.ts'

export function hangUpOf(reply: HttpReply): Signal {
  const listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    addEventListener: (_type: 'abort', listener: () => void): void => void listeners.push(listener),
    removeEventListener(_type: 'abort', listener: () => void): void {
      const index = listeners.indexOf(listener)
      if (index === listeners.length - 1) listeners.pop()
      else if (index >= 0) listeners.splice(index, 1)
    },
  }
  reply.onHangUp(() => {
    signal.aborted = true
    for (const listener of listeners.splice(0)) listener()
  })
  return signal
}
